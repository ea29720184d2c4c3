export const processBlock = () => {
  throw new Error("no luck");
};
