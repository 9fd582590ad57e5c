/**
 * Inputs of an attempt. Each is decoded when the cell first reads it (its classes are known by then), and only once;
 * packages that a value needs are imported before the cell starts.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type { WireInput } from "@/pipelines/protocol/messages";
import type { ClassRegistry } from "../values/class-registry";
import { decodeValue, requiredModules } from "../values/decode";
import type { Environment } from "./environment";

type Ref = { hash: string; codec: string; inline?: string | undefined };

export class InputReader {
  constructor(
    private readonly store: string,
    private readonly classes: ClassRegistry,
    private readonly environment: Environment,
  ) {}

  async prepare(inputs: Readonly<Record<string, WireInput>>): Promise<void> {
    for (const input of Object.values(inputs)) {
      if ("absent" in input) continue;
      // Elements of a list come from one cell: they need what the first needs, as a rule; decoding says if not.
      for (const ref of "list" in input ? input.list : [input]) {
        for (const module of requiredModules(this.head(ref))) await this.environment.load(module);
      }
    }
  }

  /** An object whose properties decode on first use. */
  lazily(inputs: Readonly<Record<string, WireInput>>): Record<string, unknown> {
    const target: Record<string, unknown> = {};
    for (const [name, input] of Object.entries(inputs)) {
      Object.defineProperty(target, name, {
        enumerable: true,
        configurable: true,
        get: () => {
          const value = this.read(input);
          Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
          return value;
        },
      });
    }
    return target;
  }

  private read(input: WireInput): unknown {
    if ("absent" in input) return undefined;
    if ("list" in input) return input.list.map((ref) => this.decode(ref));
    return this.decode(input);
  }

  private decode(ref: Ref): unknown {
    const bytes = ref.inline === undefined ? readFileSync(this.path(ref)) : Buffer.from(ref.inline, "base64");
    return decodeValue(bytes, this.classes, this.environment.extensions);
  }

  private head(ref: Ref): Uint8Array {
    if (ref.inline !== undefined) return Buffer.from(ref.inline.slice(0, 1024), "base64");
    const fd = openSync(this.path(ref), "r");
    try {
      const head = Buffer.alloc(768);
      readSync(fd, head, 0, head.length, 0);
      return head;
    } finally {
      closeSync(fd);
    }
  }

  private path(ref: Ref): string {
    return join(this.store, "values", ref.hash.slice(0, 2), ref.hash);
  }
}
