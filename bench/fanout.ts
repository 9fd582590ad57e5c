/**
 * A fan-out of no-op elements, 1,000 or 10,000 of them: tasks a second from submit to done. Floors: as many durable commits;
 * as many starts of Node, and of a container.
 */
import type { Measurement } from "./bench";
import { besideFloors, withGround } from "./bench-ground";
import { median } from "./median";

export function fanOutText(elements: number): string {
  return `// %% Numbers
const numbers = Array.from({ length: ${elements} }, (_, n) => n);

// %% Each each="n of numbers"
const one = n + 1;

// %% Sum
export const sum = one.reduce((a, b) => a + b, 0);
`;
}

export function run(): Promise<Measurement[]> {
  return runWith("fanout1000", 1_000, 5);
}

export function runLarge(): Promise<Measurement[]> {
  return runWith("fanout10000", 10_000, 3);
}

function runWith(name: string, elements: number, rounds: number): Promise<Measurement[]> {
  const text = fanOutText(elements);
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 2; n++) await ground.time(text);
    for (let n = 0; n < rounds; n++) times.push(await ground.time(text));
    return besideFloors(ground, name, median(times), elements, elements, {
      unit: "tasks/s",
      of: (milliseconds) => elements / (milliseconds / 1000),
    });
  });
}
