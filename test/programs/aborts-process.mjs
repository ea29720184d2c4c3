export const processBlock = () => {
  process.abort();
};
