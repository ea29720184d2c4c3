const dive = (depth) => dive(depth + 1) + 1;
export const processBlock = () => ({ depth: dive(0) });
