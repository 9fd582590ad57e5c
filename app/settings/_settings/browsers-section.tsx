"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "../../_trpc/client";
import { Button } from "../../_ui/button";
import { ErrorNotice, Skeleton } from "../../_ui/notice";
import { RelativeTime } from "../../_ui/times";
import { useToast } from "../../_ui/toast";
import styles from "./settings.module.css";

export function BrowsersSection() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const sessions = useQuery(trpc.workspace.sessions.queryOptions());
  const revoke = useMutation(
    trpc.workspace.revokeSession.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.workspace.sessions.queryKey() }),
      onError: (error) => toast({ text: `Could not sign that browser out: ${error.message}`, failed: true }),
    }),
  );
  return (
    <section className={styles.section}>
      <h2>Signed-in browsers</h2>
      {sessions.error && <ErrorNotice doing="load the browsers" error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {sessions.isPending && <Skeleton height={44} />}
      <ul className={styles.list}>
        {sessions.data?.map((session) => (
          <li key={session.id} className={styles.row}>
            <span className={styles.grow} title={session.userAgent}>
              {nameBrowser(session.userAgent)} {session.address !== undefined && <span className={styles.quiet}>at {session.address}</span>}
            </span>
            <span className={styles.quiet}>
              used <RelativeTime at={session.lastUsedAt} />
            </span>
            {session.current ? (
              <span className={styles.quiet}>This browser</span>
            ) : (
              <Button small onClick={() => revoke.mutate({ id: session.id })}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** "Firefox on Linux": good enough to know one's own by. */
function nameBrowser(userAgent: string | undefined): string {
  const find = (words: readonly (readonly [RegExp, string])[]) => words.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const browser =
    find([
      [/Edg\//, "Edge"],
      [/Firefox\//, "Firefox"],
      [/Chrom(e|ium)\//, "Chrome"],
      [/Safari\//, "Safari"],
    ]) ?? "A browser";
  const system = find([
    [/Windows/, "Windows"],
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Mac OS/, "macOS"],
    [/Linux/, "Linux"],
  ]);
  return system === undefined ? browser : `${browser} on ${system}`;
}
