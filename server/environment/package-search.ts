/** What the registry of this server's npm settings says of packages. Failure is an answer: who knows a name can type it. */
import os from "node:os";
import type { FoundPackage, PackageVersions, RegistryAnswer } from "./environment-views";
import { NpmFailure } from "./npm-fault";
import { runNpm, type NpmCall } from "./run-npm";

const timeoutMs = 15_000;
const mostAtOnce = 3;
const mostVersions = 60;
const mostRemembered = 200;
const rememberedMs = 10 * 60_000;

export class PackageSearch {
  private busy = 0;
  private readonly remembered = new Map<string, { readonly at: number; readonly output: unknown }>();

  constructor(private readonly env?: NpmCall["env"]) {}

  async search(text: string): Promise<RegistryAnswer<{ readonly packages: readonly FoundPackage[] }>> {
    const answer = await this.ask(["search", "--json", "--searchlimit=10", "--", text], []);
    if (!answer.ok)
      return {
        ok: false,
        message: "The registry of this server offers no search, or cannot be reached: type the whole name of a package.",
      };
    const rows = Array.isArray(answer.value) ? (answer.value as Partial<FoundPackage>[]) : [];
    return {
      ok: true,
      packages: rows.flatMap(({ name, version, description }) =>
        typeof name === "string" && typeof version === "string"
          ? [{ name, version, description: String(description ?? "").slice(0, 200) }]
          : [],
      ),
    };
  }

  async versions(name: string): Promise<RegistryAnswer<PackageVersions>> {
    const answer = await this.ask(["view", "--json", "--", name], [name]);
    if (!answer.ok) return answer;
    const value = (Array.isArray(answer.value) ? answer.value.at(-1) : answer.value) as Record<string, unknown> | undefined;
    const all = [value?.versions ?? []].flat().map(String);
    const tags = Object.values((value?.["dist-tags"] ?? {}) as Record<string, string>);
    const plain = all.filter((version) => !version.includes("-") || tags.includes(version));
    const text = (key: string) => (typeof value?.[key] === "string" ? (value[key] as string) : undefined);
    return {
      ok: true,
      name,
      description: text("description")?.slice(0, 300),
      licence: text("license"),
      latest: ((value?.["dist-tags"] ?? {}) as Record<string, string>).latest ?? plain.at(-1),
      versions: plain.sort(newestFirst).slice(0, mostVersions),
    };
  }

  private async ask(args: readonly string[], asked: readonly string[]): Promise<RegistryAnswer<{ readonly value: unknown }>> {
    const key = args.join("\0");
    const known = this.remembered.get(key);
    if (known && Date.now() - known.at < rememberedMs) return { ok: true, value: known.output };
    if (this.busy >= mostAtOnce)
      return { ok: false, message: "The server is asking the registry for others already: try again in a moment." };
    this.busy += 1;
    try {
      const output = await runNpm({ args, cwd: os.tmpdir(), asked, timeoutMs, env: this.env });
      const value: unknown = JSON.parse(output === "" ? "null" : output);
      this.remembered.set(key, { at: Date.now(), output: value });
      if (this.remembered.size > mostRemembered) this.remembered.delete(this.remembered.keys().next().value!);
      return { ok: true, value };
    } catch (error) {
      return { ok: false, message: error instanceof NpmFailure ? error.message : "The registry's answer was not understood: try again." };
    } finally {
      this.busy -= 1;
    }
  }
}

function newestFirst(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.+-]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
    const [one, other] = [left![index], right![index]];
    if (one === other) continue;
    // 1.0.0 is newer than 1.0.0-beta.
    if (one === undefined) return typeof other === "string" ? -1 : 1;
    if (other === undefined) return typeof one === "string" ? 1 : -1;
    if (typeof one === "number" && typeof other === "number") return other - one;
    return String(one) < String(other) ? 1 : -1;
  }
  return 0;
}
