/** One no-op task: milliseconds from submit to done, median. Floor: three commits (accepted, claimed, done). */
import { median, timeNodeStart, withFloor, withGround, type BenchResult } from "./bench-ground";

export function run(): Promise<BenchResult[]> {
  const text = "// %% Nothing\nexport const nothing = 0;\n";
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) await ground.time(text);
    for (let n = 0; n < 30; n++) {
      // As between two presses of Run: a process that no run has touched is ready again.
      await new Promise((resolve) => setTimeout(resolve, 300));
      times.push(await ground.time(text));
    }
    const floor = (await ground.commits(300)) / 100;
    return [
      withFloor("noop", median(times), "ms", floor),
      { name: "noop.node-start", value: Number((await timeNodeStart()).toPrecision(4)), unit: "ms" },
    ];
  });
}
