"use client";
/** Loads the notebook; notebook-editor.tsx is the page. */
import { useQuery } from "@tanstack/react-query";
import { PageBar } from "../../_frame/page-bar";
import { useTRPC } from "../../_trpc/client";
import { LinkButton } from "../../_ui/button";
import { EmptyState, ErrorNotice, Skeleton } from "../../_ui/notice";
import { NotebookEditor } from "./notebook-editor";
import styles from "./notebook-editor.module.css";

export function NotebookPage({ id }: { readonly id: string }) {
  const trpc = useTRPC();
  // Read once when the page opens; from then on the page has the newer text.
  const notebook = useQuery(trpc.notebook.get.queryOptions({ id }, { staleTime: Infinity, gcTime: 0, refetchOnReconnect: false }));
  if (notebook.data) return <NotebookEditor detail={notebook.data} />;
  if (notebook.error?.data?.code === "NOT_FOUND") {
    return (
      <EmptyState
        title="This notebook is not here"
        actions={
          <LinkButton href="/notebooks" look="primary">
            All notebooks
          </LinkButton>
        }
      >
        It may have been deleted, or it belongs to another workspace.
      </EmptyState>
    );
  }
  return (
    <>
      <PageBar title="Notebook" crumbs={[{ label: "Notebooks", href: "/notebooks" }]} heading={<Skeleton width={180} height={16} />} />
      <div className={styles.column} role="status" aria-label="Loading the notebook">
        {notebook.error ? (
          <ErrorNotice doing="load the notebook" error={notebook.error} onRetry={() => void notebook.refetch()} />
        ) : (
          [140, 220, 96].map((height) => (
            <div key={height} className={styles.skeletonCell}>
              <Skeleton width={140} height={14} style={{ margin: "7px 0" }} />
              <Skeleton height={height} />
            </div>
          ))
        )}
      </div>
    </>
  );
}
