/** One sentence per reason: what happened and what to do. */
import type { Reason } from "./run";

const sentences: Record<Reason, string> = {
  "exit-code": "The process of the task ended before the cell did: look at the last lines of its log.",
  exception: "The cell threw an error: open the task to see the line, then mend the cell and run again.",
  "out-of-memory": "The task needed more memory than it may use: raise the cell's memory= or read less at once.",
  image: "The container image is not there or could not be started: check image= and the worker's Docker.",
  environment: "The packages of the notebook could not be installed: look at Packages beside the notebook, then retry.",
  "disk-full": "There is no space left for values or logs: free some in Heddle's home folder, then retry.",
  "lease-lost": "The worker did not report in time and its attempt was stopped: retry, and look at that machine's load.",
  "node-lost": "The container or process vanished with its machine or its server: retry the run.",
  cancelled: "Somebody stopped it: run again when it is wanted.",
  timeout:
    "It took longer than it may and was ended: raise the cell's timeout= (queueTimeout= where it waited for a place), or give it less to do.",
  quota: "It asks for more than is allowed here: ask for less cpu=, memory=, gpu= or fewer elements, or free storage (Settings → Storage).",
  "compile-error": "The notebook cannot be run as it is: mend what its diagnostics name.",
  "unserializable-value": "A value cannot travel to another cell: return plain data instead of what the message names.",
  "upstream-failed": "A task that it needs failed: mend that one, then retry the run.",
  "upstream-skipped": "A task that it needs was skipped, so there was nothing to read.",
  "when-false": "The cell's when= was false.",
  "join-unmet": "The cell's join= asks for another outcome of the tasks before it than they had.",
  "handler-not-needed": "The cell's on= asks for another outcome of the run than it had.",
  "not-targeted": "This run was asked for other tasks only.",
  "fail-fast": "Another task failed and the notebook asks to stop then (failFast).",
  rejected: "Whoever was asked said no: see the comment, then retry the task to ask again.",
  "marked-failed": "Somebody marked it as failed by hand.",
  "missing-value": "A task that it reads from was marked succeeded by hand and left no value: clear that task to compute it.",
  "run-timeout": "The run took longer than it may and was stopped: give it a longer timeout or less to do.",
  cleared: "It was cleared, and its task ran again.",
  internal: "Heddle itself failed here: retry the run, and report what the server's log says.",
};

export function reasonSentence(reason: Reason): string {
  return sentences[reason];
}
