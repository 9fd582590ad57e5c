"use client";
/**
 * The notebook: cells as a document, and what is known of them beside and below.
 * _document (the text, saved), _compile (what it means), _runs (what became of it) meet here; _cells, _outputs, _panel,
 * _bar, _keys draw and ask through editor-context.ts.
 */
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import type { Task } from "@/pipelines/compile/dag";
import type { NotebookDetail } from "../../_trpc/outputs";
import { useToast } from "../../_ui/toast";
import { useStored } from "../../_ui/use-stored";
import { useFavicon } from "../../_ui/use-favicon";
import { EditorBar } from "./_bar/editor-bar";
import { CellList } from "./_cells/cell-list";
import { useCompilation } from "./_compile/use-compilation";
import { setFrontMatterTitle } from "./_document/set-front-matter-title";
import { useDocument } from "./_document/use-document";
import type { NotebookPackages } from "./_environment/packages-context";
import { LanguageContext } from "./_language/language-context";
import { useIntelligence, type LanguageDialog } from "./_language/use-intelligence";
import { useLanguage } from "./_language/use-language";
import { useShownProblems } from "./_language/use-shown-problems";
import { ShortcutsDialog } from "./_keys/shortcuts-dialog";
import { LogsDrawer } from "./_panel/logs-drawer";
import { SidePanel, type PanelTab } from "./_panel/side-panel";
import { usePanel } from "./_panel/use-panel";
import { useParamValues, useStableParams } from "./_params/use-param-values";
import { findStale } from "./_runs/find-stale";
import { CommentsContext, useComments, useOpenCounts } from "./_together/use-comments";
import { useCommentJump } from "./_together/use-comment-jump";
import { rightsOf } from "./_together/rights-of";
import { PreviewDialog } from "./_runs/preview-dialog";
import { toGraphStates } from "./_runs/to-graph-states";
import { useCellViews } from "./_runs/use-cell-views";
import { useRunControl, type RunRequest } from "./_runs/use-run-control";
import { EditorProviders } from "./editor-providers";
import type { LogTarget } from "./editor-context";
import styles from "./notebook-editor.module.css";
import { useEditorActions } from "./use-editor-actions";
import { useEditorKeys } from "./use-editor-keys";
import { useHashJump } from "./use-hash-jump";

const noTasks: readonly Task[] = [];
const CommentsTab = dynamic(() => import("./_together/comments-tab").then((module) => module.CommentsTab), { ssr: false });
const People = dynamic(() => import("./_together/people-list").then((module) => module.PeopleList), { ssr: false });
const LanguageDialogs = dynamic(() => import("./_language/language-dialogs").then((module) => module.LanguageDialogs), { ssr: false });

export function NotebookEditor({ detail }: { readonly detail: NotebookDetail }) {
  const toast = useToast();
  const [selected, setSelected] = useState<string>();
  const rights = useMemo(() => rightsOf(detail.role), [detail.role]);
  const shared = useDocument(detail, { reads: rights.edit !== undefined, cell: selected });
  const { document, dispatch, saveNow } = shared;
  const { notebook } = document;
  const [compilation, compileNow] = useCompilation(notebook, detail.packages);
  const runs = useCellViews(detail.id);
  const control = useRunControl(detail.id, saveNow, runs.follow);
  const params = useStableParams(compilation?.dag.params);
  const values = useParamValues(detail.id, params);

  const [editing, setEditing] = useState<string>();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [logs, setLogs] = useState<LogTarget>();
  const [tab, setTab] = useState<PanelTab>("graph");
  const [panelOpen, setPanelOpen] = usePanel();
  const [helpOpen, setHelpOpen] = useState(false);
  /** The revision whose dry run is shown. */
  const [previewed, setPreviewed] = useState<number>();
  const [inlay, setInlay] = useStored("heddle.inlay", false);
  const [languageDialog, setLanguageDialog] = useState<LanguageDialog>();
  const language = useLanguage(detail.id, notebook, compilation !== undefined);
  const problems = useShownProblems(notebook, compilation, language);
  const types = useMemo(() => new Map(language.ports.map(({ name, type }) => [name, type])), [language.ports]);

  const taskList = compilation?.dag.tasks ?? noTasks;
  const tasks = useMemo(() => new Map(taskList.map((task) => [task.cell, task])), [taskList]);
  const stale = useMemo(() => findStale(taskList, runs.views, values.values), [taskList, runs.views, values.values]);
  const graphStates = useMemo(
    () => toGraphStates(taskList, runs.views, stale, compilation?.byCell),
    [taskList, runs.views, stale, compilation],
  );
  const running = runs.activeRunId !== undefined;
  const title = compilation?.dag.title ?? detail.title;

  const run = (request: RunRequest) => {
    if (rights.run !== undefined) {
      toast({ text: rights.run });
    } else if (running || control.starting) {
      toast({ text: "A run of this notebook is going on. Stop it first, or wait for its end." });
    } else if (values.faults.size > 0) {
      setTab("parameters");
      setPanelOpen(true);
      toast({ text: `Not started. ${[...values.faults.values()].join(" ")}`, failed: true });
    } else {
      compileNow();
      void control.run(request, values.given);
    }
  };
  const preview = async () => {
    compileNow();
    try {
      setPreviewed(await saveNow());
    } catch (error) {
      toast({ text: `Not saved, so there is nothing to preview. ${(error as Error).message}`, failed: true });
    }
  };
  const stop = () => {
    if (runs.activeRunId !== undefined) control.stop(runs.activeRunId);
  };
  const actions = useEditorActions({
    getDocument: shared.getDocument,
    dispatch,
    editors: shared.editors,
    rights,
    compileNow,
    run,
    stop,
    folded,
    setFolded,
    select: setSelected,
    startEditing: setEditing,
    openLogs: setLogs,
  });
  useEditorKeys({
    actions,
    selected,
    cells: notebook.cells,
    undo: () => rights.edit === undefined && dispatch({ type: "undo" }),
    redo: () => rights.edit === undefined && dispatch({ type: "redo" }),
    runAll: () => run({}),
    save: () => void saveNow().catch(() => undefined),
    openLog: (cell) => {
      const task = tasks.get(cell.id);
      if (task) setLogs({ taskKey: task.key, title: cell.title || task.key });
    },
    togglePanel: () => setPanelOpen(!panelOpen),
    openHelp: () => setHelpOpen(true),
  });
  const intelligenceOf = useIntelligence(language.client, language.ready, {
    cells: notebook.cells,
    actions,
    say: (text) => toast({ text }),
    open: setLanguageDialog,
  });
  const languageOfCells = useMemo(() => ({ intelligenceOf, inlay }), [intelligenceOf, inlay]);
  const threads = useComments(detail.id);
  const openCounts = useOpenCounts(threads);
  const [commentWish, setCommentWish] = useState(0);
  const cellComments = useMemo(
    () => ({
      counts: openCounts,
      open: (cellId: string) => {
        setSelected(cellId);
        setTab("comments");
        setPanelOpen(true);
        setCommentWish((count) => count + 1);
      },
    }),
    [openCounts, setPanelOpen],
  );
  const { cells } = notebook;
  const comments = useMemo(
    () => <CommentsTab notebookId={detail.id} threads={threads} cells={cells} selected={selected} wish={commentWish} />,
    [detail.id, threads, cells, selected, commentWish],
  );
  const lastRun = runs.activeRun ?? runs.lastRun;
  useFavicon(lastRun?.status);
  useHashJump(actions);
  useCommentJump(cellComments.open);
  const selectedTask = selected === undefined ? undefined : tasks.get(selected);

  const packages = useMemo(
    (): NotebookPackages => ({
      notebookId: detail.id,
      notebook,
      base: detail.packages,
      locked: rights.edit,
      show: () => {
        setTab("packages");
        setPanelOpen(true);
      },
      edit: (frontMatter) => dispatch({ type: "edit", edits: [{ type: "set-front-matter", frontMatter }], isStep: true }),
      undo: () => dispatch({ type: "undo" }),
    }),
    [detail.id, detail.packages, notebook, rights.edit, setPanelOpen, dispatch],
  );

  return (
    <EditorProviders actions={actions} packages={packages}>
      <EditorBar
        id={detail.id}
        title={title}
        onTitle={(next) =>
          dispatch({ type: "edit", edits: [{ type: "set-front-matter", frontMatter: setFrontMatterTitle(notebook.frontMatter, next) }] })
        }
        saveState={shared.saveState}
        rights={rights}
        people={shared.people.length > 0 && <People people={shared.people} actions={actions} />}
        run={lastRun}
        running={running}
        starting={control.starting !== undefined}
        stopping={control.stopping}
        onRunAll={(cache) => run({ cache })}
        onRunCell={selectedTask && (() => run({ targets: [selectedTask.key] }))}
        onPreview={() => void preview()}
        onStop={stop}
        panelOpen={panelOpen}
        onPanel={() => setPanelOpen(!panelOpen)}
        onKeys={() => setHelpOpen(true)}
        onSave={saveNow}
      />
      <div
        className={`${styles.layout} ${panelOpen ? styles.withPanel : ""}`}
        data-types={language.ready ? "ready" : language.notice === undefined ? "coming" : "none"}
      >
        <div className={styles.main}>
          <div className={styles.column}>
            <LanguageContext value={languageOfCells}>
              <CommentsContext value={cellComments}>
                <CellList
                  notebook={notebook}
                  problems={problems.byCell}
                  tasks={tasks}
                  views={runs.views}
                  stale={stale}
                  starting={control.starting}
                  selected={selected}
                  folded={folded}
                  editing={editing}
                  params={params}
                  values={values}
                />
              </CommentsContext>
            </LanguageContext>
          </div>
          {logs && <LogsDrawer target={logs} view={runs.views.get(logs.taskKey)} onClose={() => setLogs(undefined)} />}
        </div>
        {panelOpen && (
          <SidePanel
            tab={tab}
            onTab={setTab}
            compilation={compilation}
            problems={problems.all}
            types={types}
            notice={language.notice}
            inlay={inlay}
            onInlay={setInlay}
            graphStates={graphStates}
            selectedTask={selectedTask?.key}
            onSelectTask={actions.jumpToKey}
            values={values}
            views={runs.views}
            openComments={[...openCounts.values()].reduce((sum, count) => sum + count, 0)}
            comments={tab === "comments" ? comments : undefined}
          />
        )}
      </div>
      {previewed !== undefined && (
        <PreviewDialog
          notebookId={detail.id}
          revision={previewed}
          params={values.given}
          onClose={() => setPreviewed(undefined)}
          onRun={() => {
            setPreviewed(undefined);
            run({});
          }}
        />
      )}
      {languageDialog && language.client && (
        <LanguageDialogs
          dialog={languageDialog}
          cells={notebook.cells}
          client={language.client}
          onClose={() => setLanguageDialog(undefined)}
          onRenamed={(edits, words) => {
            if (rights.edit !== undefined) return toast({ text: rights.edit });
            dispatch({ type: "edit", edits, isStep: true });
            toast({ text: words, action: { label: "Undo", onSelect: () => dispatch({ type: "undo" }) } });
          }}
        />
      )}
      <ShortcutsDialog open={helpOpen} onOpenChange={setHelpOpen} />
    </EditorProviders>
  );
}
