"use client";
/** All that a notebook has been: versions at the left (version-list.tsx), at the right what one of them changed (version-changes.tsx). */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useAddress } from "../../../../_charts/use-address";
import { PageBar } from "../../../../_frame/page-bar";
import { useTRPC } from "../../../../_trpc/client";
import { Button, LinkButton } from "../../../../_ui/button";
import { ErrorNotice, Skeleton } from "../../../../_ui/notice";
import { VersionChanges } from "./version-changes";
import { VersionList } from "./version-list";
import styles from "./versions.module.css";

export function NotebookVersions({ id }: { readonly id: string }) {
  const trpc = useTRPC();
  const address = useAddress();
  const named = address.get("named") === "yes";
  const notebook = useQuery(trpc.notebook.get.queryOptions({ id }));
  const pages = useInfiniteQuery(trpc.notebook.versions.infiniteQueryOptions({ id, named }, { getNextPageParam: (page) => page.next }));
  const versions = pages.data?.pages.flatMap((page) => page.versions) ?? [];
  const chosen = Number(address.get("version") ?? versions[0]?.revision ?? 0);
  const error = notebook.error ?? pages.error;
  return (
    <>
      <PageBar
        crumbs={[
          { label: "Notebooks", href: "/notebooks" },
          { label: notebook.data?.title ?? "Notebook", href: `/notebooks/${id}` },
        ]}
        title="Versions"
        actions={
          <LinkButton look="quiet" href={`/notebooks/${id}`}>
            Open the notebook
          </LinkButton>
        }
      />
      {error ? (
        <ErrorNotice
          doing="load the versions"
          error={error}
          onRetry={() => {
            void notebook.refetch();
            void pages.refetch();
          }}
        />
      ) : !notebook.data || !pages.data ? (
        <div role="status" aria-label="Loading the versions" className={styles.page}>
          <Skeleton height={320} />
          <Skeleton height={320} />
        </div>
      ) : (
        <div className={styles.page}>
          <nav aria-label="Versions" className={styles.list}>
            <div className={styles.choice} role="group" aria-label="Which versions">
              <Button small look={named ? "quiet" : "plain"} aria-pressed={!named} onClick={() => address.set({ named: undefined })}>
                All
              </Button>
              <Button small look={named ? "plain" : "quiet"} aria-pressed={named} onClick={() => address.set({ named: "yes" })}>
                With a name
              </Button>
            </div>
            {versions.length === 0 ? (
              <p className={styles.quiet}>No version has a name yet. Choose one among all, and name it.</p>
            ) : (
              <VersionList
                versions={versions}
                newest={notebook.data.revision}
                chosen={chosen}
                onChoose={(revision) => address.set({ version: String(revision) })}
              />
            )}
            {pages.hasNextPage && (
              <Button small onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
                {pages.isFetchingNextPage ? "Loading…" : "Older versions"}
              </Button>
            )}
          </nav>
          {chosen > 0 && (
            <VersionChanges
              key={chosen}
              id={id}
              title={notebook.data.title}
              newest={notebook.data.revision}
              revision={chosen}
              version={versions.find(({ revision }) => revision === chosen)}
              before={olderThan(versions, chosen)}
            />
          )}
        </div>
      )}
    </>
  );
}

/** What it is compared with unless asked otherwise: the version before it. */
function olderThan(versions: readonly { readonly revision: number }[], chosen: number): number | undefined {
  return versions.find(({ revision }) => revision < chosen)?.revision ?? (chosen > 1 ? chosen - 1 : undefined);
}
