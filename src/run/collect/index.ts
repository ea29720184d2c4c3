export { type CollectorOptions, createCollector } from "./collector.ts";
export { archiveBytes, defaultArchives } from "./default-archives.ts";
export { collectKeys, parseCollect } from "./parse.ts";
export type { CollectDefinition, CollectFigures, Collector, CollectParser } from "./types.ts";
export { lockForWriting, type WriterLock } from "./writer-lock.ts";
