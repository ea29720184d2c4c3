interface Reading {
  value: number;
}

function read(): Reading {
  throw new TypeError("no reading");
}

export const processBlock = (): object => ({ value: read().value });
