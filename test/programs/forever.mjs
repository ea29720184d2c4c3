export const processBlock = () => {
  for (;;);
};
