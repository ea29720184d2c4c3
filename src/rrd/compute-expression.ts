/**
 * The expression of a COMPUTE data source in its compact form: four bytes per operation (code, zero, signed 16-bit
 * argument), closed by END.
 */
const operations = [
  ..."NUMBER VARIABLE INF PREV NEGINF UNKN NOW TIME + % - * / SIN DUP EXC POP COS LOG EXP LT LE GT GE EQ IF".split(
    " ",
  ),
  ..."MIN MAX LIMIT FLOOR CEIL UN END LTIME NE ISINF PREV() COUNT ATAN SQRT SORT REV TREND TRENDNAN".split(
    " ",
  ),
  ..."ATAN2 RAD2DEG DEG2RAD PREDICT PREDICTSIGMA AVG ABS ADDNAN MINNAN MAXNAN MEDIAN PREDICTPERC".split(" "),
  ..."DEPTH COPY ROLL INDEX STEPWIDTH NEWDAY NEWWEEK NEWMONTH NEWYEAR SMIN SMAX STDEV PERCENT POW ROUND".split(
    " ",
  ),
] as const;

const OPERATION_BYTES = 4;

/** The expression as text, or what is wrong with it. `nameOf` knows the data sources that may be used. */
export function checkExpression(
  bytes: Uint8Array,
  nameOf: (source: number) => string | undefined,
): { readonly text: string } | { readonly fault: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words: string[] = [];
  for (let at = 0; at + OPERATION_BYTES <= bytes.length; at += OPERATION_BYTES) {
    const operation = operations[view.getUint8(at)];
    const argument = view.getInt16(at + 2, true);
    if (operation === undefined) return { fault: "has a COMPUTE data source with an unknown operation" };
    if (operation === "END") return { text: words.join(",") };
    if (operation === "NUMBER") words.push(String(argument));
    else if (operation === "VARIABLE" || operation === "PREV()") {
      const name = argument < 0 ? undefined : nameOf(argument);
      if (name === undefined)
        return { fault: "has a COMPUTE data source that uses one which does not stand before it" };
      words.push(operation === "VARIABLE" ? name : `PREV(${name})`);
    } else words.push(operation);
  }
  return { fault: "has a COMPUTE data source whose expression does not end" };
}
