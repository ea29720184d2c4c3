export const processBlock = () => {
  process.exit(3);
};
