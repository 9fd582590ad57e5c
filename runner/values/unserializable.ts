/** Why a value cannot travel, and where in it the reason lies. */
export class UnserializableValue extends Error {
  override readonly name = "UnserializableValue";

  constructor(
    /** As one would write it: `model.layers[2].fit`. */
    readonly path: string,
    readonly kind: string,
    readonly remedy?: string,
  ) {
    super(`${path} is ${kind}, which cannot travel to another task. ${remedy ?? "Leave it out, or make it again where it is needed."}`);
  }
}

export type PathStep = string | number;

export function pathText(name: string, steps: readonly PathStep[]): string {
  let text = name;
  for (const step of steps) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) text += `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
