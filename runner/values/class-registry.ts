/** The notebook's own classes, by name: their instances travel as instances. */
export type Class = new (...args: never[]) => object;

export class ClassRegistry {
  private readonly byName = new Map<string, Class>();

  register(name: string, candidate: unknown): void {
    if (typeof candidate === "function") this.byName.set(name, candidate as Class);
  }

  get(name: string): Class | undefined {
    return this.byName.get(name);
  }

  /** The name under which the class of `value` was registered. */
  nameOf(value: object): string | undefined {
    const constructor = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor;
    if (typeof constructor !== "function") return undefined;
    for (const [name, registered] of this.byName) if (registered === constructor) return name;
    return undefined;
  }

  names(): string[] {
    return [...this.byName.keys()];
  }
}

const withPrivateState = new WeakMap<object, boolean>();

/**
 * Whether instances hold `#private` state, which nothing outside the class can read. Told by the class's source:
 * strings and comments are taken out first, then `#name` can only be a private name.
 */
export function hasPrivateState(constructor: object): boolean {
  let known = withPrivateState.get(constructor);
  if (known === undefined) {
    const source = Function.prototype.toString
      .call(constructor)
      .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, " ");
    known = /#[A-Za-z_$]/.test(source);
    const parent: unknown = Object.getPrototypeOf(constructor);
    if (!known && typeof parent === "function" && parent !== Function.prototype) known = hasPrivateState(parent);
    withPrivateState.set(constructor, known);
  }
  return known;
}
