import { internalError } from "../base/index.ts";
import type { Calendar } from "./calendar.ts";
import {
  failuresRequest,
  forecastRequests,
  requestedColumns,
  requestKey,
  requestOf,
} from "./column-requests.ts";
import type { GraphDefinition } from "./definition.ts";
import { evaluateExpression, type RowGrid } from "./evaluate-expression.ts";
import type { Expression } from "./expression.ts";
import type { Forecast } from "./extras.ts";
import { formulaOf, formulaText } from "./formulas.ts";
import type { ColumnRequest, Series } from "./series.ts";

/** The values of every name of a graph, computed when asked for; `series` answers `requestedColumns` in that order. */
export class GraphColumns {
  readonly #definition: GraphDefinition;
  readonly #calendar: Calendar;
  readonly #fetched = new Map<string, Float64Array>();
  readonly #computed = new Map<string, Float64Array>();
  readonly grid: RowGrid;

  constructor(definition: GraphDefinition, series: Series, calendar: Calendar) {
    this.#definition = definition;
    this.#calendar = calendar;
    const { start, step } = series;
    this.grid = { start, step, rows: series.columns[0]?.length ?? Math.round((series.end - start) / step) };
    requestedColumns(definition).forEach((request, index) => {
      const column = series.columns[index];
      if (column === undefined) throw internalError(`no column for field "${request.field}"`);
      this.#fetched.set(requestKey(request), column);
    });
  }

  /** A name's values, `shift` seconds earlier. */
  of(name: string, shift = 0): Float64Array {
    const formula = formulaOf(this.#definition, name);
    if (formula === undefined) return this.#column(requestOf(this.#definition, name, shift));
    const key = `${shift} ${name}`;
    let values = this.#computed.get(key);
    if (values === undefined) {
      values = this.#evaluate(formula, shift);
      this.#computed.set(key, values);
    }
    return values;
  }

  /** A formula without a name. */
  formula(text: string): Float64Array {
    return this.#evaluate(formulaText(this.#definition, text), 0);
  }

  forecast(forecast: Forecast): { readonly expected: Float64Array; readonly deviation: Float64Array } {
    const [expected, deviation] = forecastRequests(this.#definition, forecast);
    return { expected: this.#column(expected), deviation: this.#column(deviation) };
  }

  failures(field: string): Float64Array {
    return this.#column(failuresRequest(this.#definition, field));
  }

  #evaluate(formula: Expression, shift: number): Float64Array {
    const inputs = formula.names.map((name) => this.of(name, shift));
    return evaluateExpression(formula, inputs, this.grid, this.#calendar);
  }

  #column(request: ColumnRequest): Float64Array {
    const column = this.#fetched.get(requestKey(request));
    if (column === undefined) throw internalError(`no column for field "${request.field}"`);
    return column;
  }
}
