/**
 * Tokens that open what one attempt on another machine may read and write, and nothing else: the values it was given, the data
 * files it names, the values it makes. They end with the attempt. In memory only: a server that was started anew hands out new ones.
 */
import { hashSecretToken, newSecretToken } from "@/server/workspace/secret-token";

export const attemptTokenPrefix = "hda_";
const rememberedEnds = 10_000;

export interface Grant {
  readonly attempt: string;
  readonly workspaceId: string;
  readonly readable: Set<string>;
  /** Data files by hash: where they lie. */
  readonly files: ReadonlyMap<string, string>;
  /** What it has stored so far. */
  readonly written: Set<string>;
}

export type GrantState = { readonly type: "valid"; readonly grant: Grant } | { readonly type: "stale" } | { readonly type: "unknown" };

export class AttemptGrants {
  private readonly valid = new Map<string, Grant>();
  private readonly tokens = new Map<string, string>();
  /** Hashes of tokens whose attempt was declared lost: who still comes with one is told so. */
  private readonly stale = new Set<string>();

  /** An earlier token of the attempt is void. */
  issue(grant: Omit<Grant, "written">): string {
    const { token, hash } = newSecretToken(attemptTokenPrefix);
    const before = this.tokens.get(grant.attempt);
    if (before !== undefined) this.valid.delete(before);
    this.tokens.set(grant.attempt, hash);
    this.valid.set(hash, { ...grant, written: new Set() });
    return token;
  }

  of(attempt: string): Grant | undefined {
    const hash = this.tokens.get(attempt);
    return hash === undefined ? undefined : this.valid.get(hash);
  }

  /** `lost`: somebody else has the task by now. */
  end(attempt: string, lost: boolean): void {
    const hash = this.tokens.get(attempt);
    if (hash === undefined) return;
    this.tokens.delete(attempt);
    this.valid.delete(hash);
    if (!lost) return;
    this.stale.add(hash);
    if (this.stale.size > rememberedEnds) this.stale.delete(this.stale.values().next().value!);
  }

  find(token: string): GrantState {
    if (!token.startsWith(attemptTokenPrefix)) return { type: "unknown" };
    const hash = hashSecretToken(token);
    const grant = this.valid.get(hash);
    if (grant) return { type: "valid", grant };
    return { type: this.stale.has(hash) ? "stale" : "unknown" };
  }
}
