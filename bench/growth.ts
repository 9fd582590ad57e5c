/**
 * Whether a task costs more in a larger run: overhead per task of a fan-out of 10,000 over that of a fan-out of 100, each
 * the median of interleaved runs. 1 is no growth at all.
 */
import type { Measurement } from "./bench";
import { withGround } from "./bench-ground";
import { median } from "./median";
import { fanOutText } from "./fanout";

const few = 100;
const many = 10_000;

export function run(): Promise<Measurement[]> {
  return withGround(async (ground) => {
    const small: number[] = [];
    const large: number[] = [];
    for (let n = 0; n < 3; n++) await ground.time(fanOutText(few));
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 7; n++) small.push((await ground.time(fanOutText(few))) / few);
      large.push((await ground.time(fanOutText(many))) / many);
    }
    const floor = median(small);
    const value = median(large) / floor;
    return [
      { name: "growth", value: Number(value.toPrecision(4)), unit: "ratio" },
      {
        name: "growth-per-task",
        value: Number(median(large).toPrecision(4)),
        unit: "ms",
        floor: Number(floor.toPrecision(4)),
        ratio: value,
      },
    ];
  });
}
