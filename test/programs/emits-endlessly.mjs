export const processBlock = ({ emit }) => {
  for (let count = 1; ; count++) emit({ count });
};
