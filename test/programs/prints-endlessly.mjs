export const processBlock = () => {
  const line = "x".repeat(1000);
  for (let i = 0; i < 100_000; i++) console.log(line);
  process.stdout.write("y".repeat(10_000_000));
  return { printed: true };
};
