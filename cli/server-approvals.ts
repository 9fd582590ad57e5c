/**
 * Approvals of a run on a server, met by `heddle run --server`: answered as the command line says, asked on the terminal, or,
 * where nobody can be asked here, left to whoever answers on the server. Neighbours: run-on-server.ts, answer-approvals.ts.
 */
import { TRPCClientError, type createTRPCClient } from "@trpc/client";
import type { AppRouter } from "@/server/router";
import { ask, type GivenAnswer, type Terminal } from "./answer-approvals";

type Api = ReturnType<typeof createTRPCClient<AppRouter>>;
type RunDetail = Awaited<ReturnType<Api["run"]["get"]["query"]>>;
type InboxItem = Awaited<ReturnType<Api["run"]["inbox"]["query"]>>[number];

export interface ApprovalsOptions {
  readonly api: Api;
  readonly server: string;
  readonly given: ReadonlyMap<string, GivenAnswer>;
  readonly terminal: Terminal | undefined;
  /** For people, beside what the run prints. */
  tell(message: string): void;
}

export class ServerApprovals {
  /** Asked, answered or told of. */
  private readonly seen = new Set<string>();
  /** Questions that stand open here: broken off when somebody answers elsewhere. */
  private readonly open = new Map<string, AbortController>();
  /** One question at a time. */
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly options: ApprovalsOptions) {}

  /** The run as it is now. Resolves before questions are answered. */
  async meet(run: RunDetail): Promise<void> {
    const { api, given } = this.options;
    const waiting = run.taskRuns.filter(({ status, taskKey }) => status === "waiting" && isApproval(run, taskKey));
    for (const [id, question] of this.open) if (!waiting.some((row) => row.id === id)) question.abort();
    const fresh = waiting.filter(({ id }) => !this.seen.has(id));
    if (fresh.length === 0) return;
    const inbox = await api.run.inbox.query();
    for (const { id, taskKey } of fresh) {
      const answer = given.get(taskKey);
      if (answer) {
        this.seen.add(id);
        await this.send(id, answer);
        continue;
      }
      // Somebody has just answered it.
      const item = inbox.find((one) => one.taskRunId === id);
      if (!item) continue;
      this.seen.add(id);
      if (this.options.terminal && item.mine) this.askInTurn(run, item, this.options.terminal);
      else this.tellWhere(run, item);
    }
  }

  /** The run has ended. */
  close(): void {
    for (const question of this.open.values()) question.abort();
  }

  private askInTurn(run: RunDetail, item: InboxItem, terminal: Terminal): void {
    const { tell } = this.options;
    const question = new AbortController();
    this.open.set(item.taskRunId, question);
    this.asking = this.asking.then(async () => {
      const task = run.tasks.find(({ key }) => key === item.taskKey);
      try {
        const answer = task && !question.signal.aborted ? await ask(task, item.body, question.signal, terminal) : undefined;
        if (answer) await this.send(item.taskRunId, answer);
        else tell(`“${item.title}” was answered elsewhere, or is not asked any more.`);
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error));
      } finally {
        this.open.delete(item.taskRunId);
      }
    });
  }

  private tellWhere(run: RunDetail, item: InboxItem): void {
    const { server, tell } = this.options;
    const page = new URL(`/runs/${run.id}?task=${item.taskRunId}`, server).toString();
    const who = item.assignees.length === 0 ? "somebody" : item.assignees.join(" or ");
    tell(
      `“${item.title}” waits for an answer by ${who}: ${page}, or heddle answer ${run.id} --task ${item.taskKey} --server ${server}. The run goes on then.`,
    );
  }

  private async send(taskRunId: string, { approved, values, note }: GivenAnswer & { readonly note?: string }): Promise<void> {
    try {
      await this.options.api.run.answer.mutate({ taskRunId, approved, values: values as never, ...(note !== undefined && { note }) });
    } catch (error) {
      if (!(error instanceof TRPCClientError)) throw error;
      this.options.tell(error.message);
    }
  }
}

function isApproval(run: RunDetail, taskKey: string): boolean {
  return run.tasks.some(({ key, kind }) => key === taskKey && kind === "approval");
}
