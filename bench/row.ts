/** One line of the benchmark table: ours beside the rival measured in the same run. */
export interface BenchRow {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  readonly unit: string;
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
  readonly note?: string;
}
