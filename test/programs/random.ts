/** Simplest demo possible. */
export const processBlock = () => ({ random: Math.floor(Math.random() * 101) });
