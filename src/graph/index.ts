export { requestedColumns, seriesRequest, storedFields } from "./column-requests.ts";
export {
  type GraphCf,
  type GraphColors,
  type GraphDefinition,
  type GraphFormat,
  type GraphMethod,
  type GraphPalette,
  type GraphPeriod,
  type GraphTheme,
  graphDefinition,
  graphFormat,
  graphPath,
  type HorizontalRule,
  type LegendNumber,
  type RightAxis,
  type VerticalRule,
} from "./definition.ts";
export { type DrawGraphOptions, drawGraph, type Picture } from "./draw-graph.ts";
export { type DrawOptions, drawScene } from "./draw-scene.ts";
export { evaluateExpression, type RowGrid } from "./evaluate-expression.ts";
export { type Expression, type ExpressionError, isExpressionError, parseExpression } from "./expression.ts";
export type { Comparison, Forecast, Note, NoteFigure, TickMarks } from "./extras.ts";
export type { FieldLook, FieldSource } from "./field-look.ts";
export type { FigureOf } from "./figure-of.ts";
export { type RrdGraphAnswer, type RrdGraphOptions, rrdGraph } from "./language/rrd-graph.ts";
export { rrdXport } from "./language/rrd-xport.ts";
export type { GraphIssue } from "./mapping-reader.ts";
export { GraphPainter, type PainterOptions } from "./painter.ts";
export type { Painted, PaintRequest } from "./painter-messages.ts";
export { graphKeys, type ParsedGraph, type ParseGraphOptions, parseGraph } from "./parse-graph.ts";
export { sceneToPng } from "./png.ts";
export { reduceSeries } from "./reduce.ts";
export { rrdSeriesSource } from "./rrd-series.ts";
export type { Box, Scene, SceneItem, ScenePart } from "./scene.ts";
export type { ColumnRequest, History, Series, SeriesRequest, SeriesSource } from "./series.ts";
export { sceneToSvg } from "./svg.ts";
