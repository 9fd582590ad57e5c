/** A lasting link to one harness: reconnects while it lives, says again what it must, sends each program once. */
import type { HarnessMessage, Launch, ServerMessage } from "@/pipelines/protocol/messages";
import { HarnessConnection, type Lease, type Ready } from "./harness-connection";
import { HarnessStartError, type RunningHarness } from "./harness-host";
import type { Reason } from "@/pipelines/run/run";

export interface LinkListener {
  message(message: HarnessMessage): void;
  malformed(attempt: string | undefined, problem: string): void;
  /** Attempts to ask for after a reconnect: the launch, where it may have been lost on the way, or the id. */
  reattach(): readonly (Launch | string)[];
  /** What a harness that was reached again is working on; what is wanted of it was said before. */
  reconnected(found: readonly string[]): void;
  gone(why: { reason: Reason; message: string }): void;
}

const connectPatienceMs = 20_000;

export class HarnessLink {
  /** What the harness was working on when this link was opened. */
  found: Ready["attempts"] = [];
  private connection: HarnessConnection | undefined;
  private programs = new Set<string>();
  private closed = false;

  private constructor(
    readonly harness: RunningHarness,
    private readonly lease: Lease,
    private readonly listener: LinkListener,
  ) {}

  static async open(harness: RunningHarness, lease: Lease, listener: LinkListener): Promise<HarnessLink> {
    const link = new HarnessLink(harness, lease, listener);
    let dead: { reason: Reason; message: string } | undefined;
    void harness.ended.then((why) => {
      dead = why;
      if (link.closed) return;
      link.closed = true;
      link.connection?.close();
      listener.gone(why);
    });
    const ready = await link.connect(() => dead !== undefined);
    if (!ready) {
      link.closed = true;
      await harness.remove().catch(() => undefined);
      throw new HarnessStartError(
        dead?.reason ?? "node-lost",
        true,
        dead
          ? `${harness.name} ended before it answered: ${dead.message}`
          : `${harness.name} did not answer in ${connectPatienceMs / 1000} s.`,
      );
    }
    link.found = ready.attempts;
    return link;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  send(message: ServerMessage): void {
    this.connection?.send(message);
  }

  renew(): void {
    this.connection?.renew();
  }

  launch(launch: Launch, withProgram = false): void {
    const { hash } = launch.program;
    const known = this.programs.has(hash) && !withProgram;
    this.programs.add(hash);
    this.send(known ? { ...launch, program: { hash } } : launch);
  }

  close(): void {
    this.closed = true;
    this.connection?.close();
  }

  /** Cuts the connection as a network fault would. For tests of reconnecting. */
  interrupt(): void {
    this.connection?.close();
  }

  /** Undefined when the harness never answered. */
  private async connect(isDead: () => boolean): Promise<Ready | undefined> {
    const until = performance.now() + connectPatienceMs;
    for (let wait = 2; !this.closed && !isDead() && performance.now() < until; wait = Math.min(wait * 1.3, 100)) {
      // Known only once it is open; until then its closing is a failed try.
      let opened: HarnessConnection | undefined;
      try {
        const { connection, ready } = await HarnessConnection.open(this.harness.socket, this.lease, {
          message: (message) => this.listener.message(message),
          malformed: (attempt, problem) => this.listener.malformed(attempt, problem),
          closed: () => {
            if (!opened || this.connection !== opened) return;
            this.connection = undefined;
            if (!this.closed) void this.reconnect(isDead);
          },
        });
        this.connection = opened = connection;
        return ready;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // Not listening yet is what a harness that is starting looks like.
        if (code !== "ENOENT" && code !== "ECONNREFUSED" && code !== undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return undefined;
  }

  private async reconnect(isDead: () => boolean): Promise<void> {
    const ready = await this.connect(isDead).catch(() => undefined);
    if (this.closed) return;
    if (!ready) {
      this.closed = true;
      await this.harness.remove().catch(() => undefined);
      this.listener.gone({ reason: "node-lost", message: `${this.harness.name} stopped answering.` });
      return;
    }
    this.programs = new Set();
    const known = new Set(ready.attempts.map(({ attempt }) => attempt));
    for (const wanted of this.listener.reattach()) {
      const id = typeof wanted === "string" ? wanted : wanted.attempt;
      if (known.has(id)) this.send({ type: "attach", attempt: id });
      else if (typeof wanted !== "string") this.launch(wanted);
    }
    this.listener.reconnected([...known]);
  }
}
