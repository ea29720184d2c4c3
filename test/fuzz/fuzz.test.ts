import { expect, test } from "vitest";
import { FuzzSession } from "../../fuzz/play.ts";
import { targets } from "../../fuzz/targets.ts";

const seed = 20_100_818;

test("2,000 damaged files, texts, command lines and conversations give clear errors or valid data.", async () => {
  const session = new FuzzSession(seed, []);
  const found: string[] = [];
  for (let index = 0; index < 2000; index++) {
    const finding = await session.play(index);
    if (finding !== undefined)
      found.push(`npm run fuzz -- --seed ${seed} --case ${index}\n${finding.kind}: ${finding.what}`);
  }
  await session.close();
  expect(found.join("\n\n")).toBe("");
});

test.each(targets.map(({ kind }) => kind))(
  "A case of kind %s is the same each time it is played.",
  async (kind) => {
    const inputs: string[] = [];
    for (let round = 0; round < 2; round++) {
      const session = new FuzzSession(seed, [kind], (input) =>
        inputs.push(Buffer.from(input).toString("base64")),
      );
      await session.play(7);
      await session.close();
    }
    expect(inputs).toHaveLength(2);
    expect(inputs[0]).toBe(inputs[1]);
  },
);
