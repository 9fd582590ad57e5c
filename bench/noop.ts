/**
 * One no-op task: milliseconds from submit to done, median. Floors: three durable commits (accepted, claimed, done), a
 * start of Node, one of a container.
 */
import type { Measurement } from "./bench";
import { besideFloors, restUntilReady, withGround } from "./bench-ground";
import { median } from "./median";

export function run(): Promise<Measurement[]> {
  const text = "// %% Nothing\nexport const nothing = 0;\n";
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 5; n++) await ground.time(text);
    for (let n = 0; n < 30; n++) {
      await restUntilReady();
      times.push(await ground.time(text));
    }
    return besideFloors(ground, "noop", median(times), 1, 3, { unit: "ms", of: (milliseconds) => milliseconds });
  });
}
