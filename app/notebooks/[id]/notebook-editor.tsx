"use client";
/**
 * The notebook: cells as a document, and what is known of them beside and below.
 * _document (the text, saved), _compile (what it means), _runs (what became of it) meet here; _cells, _outputs, _panel,
 * _bar, _keys draw and ask through editor-context.ts.
 */
import dynamic from "next/dynamic";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Dag, Task } from "@/pipelines/compile/dag";
import type { NotebookDetail } from "../../_trpc/outputs";
import { flushSync } from "react-dom";
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
import { KnownTablesContext, useKnownTables, type ChartWish } from "./_outputs/known-tables";
import { findRelatives } from "../../_graph/find-relatives";
import { openPalette } from "../../_palette/palette-store";
import { beginTyping } from "../../_palette/type-ahead";
import type { FindHandle } from "./_find/find-bar";
import type { PanelTab } from "./_panel/panel-tabs";
import { SidePanel } from "./_panel/side-panel";
import { usePanel } from "./_panel/use-panel";
import { useParamValues, useStableParams } from "./_params/use-param-values";
import { findStale } from "./_runs/find-stale";
import { CommentsContext, useComments, useOpenCounts } from "./_together/use-comments";
import { useCommentJump } from "./_together/use-comment-jump";
import { rightsOf } from "./_together/rights-of";
import { toGraphStates } from "./_runs/to-graph-states";
import { useCellViews } from "./_runs/use-cell-views";
import { useReactiveRuns } from "./_runs/use-reactive-runs";
import { useRunControl, type RunRequest } from "./_runs/use-run-control";
import { headingAbove, hideSections, sectionOf } from "./_structure/sections";
import { EditorProviders } from "./editor-providers";
import type { LogTarget } from "./editor-context";
import styles from "./notebook-editor.module.css";
import { useEditorActions } from "./use-editor-actions";
import { useEditorCommands } from "./use-editor-commands";
import { useHashJump } from "./use-hash-jump";
import { useReferenceMarks } from "./use-reference-marks";
import { useSelection, useSelectionState } from "./use-selection";

const noTasks: readonly Task[] = [];
const ChartBuilder = dynamic(() => import("./_outputs/chart-builder").then((module) => module.ChartBuilder), { ssr: false });
const CommentsTab = dynamic(() => import("./_together/comments-tab").then((module) => module.CommentsTab), { ssr: false });
const People = dynamic(() => import("./_together/people-list").then((module) => module.PeopleList), { ssr: false });
const LanguageDialogs = dynamic(() => import("./_language/language-dialogs").then((module) => module.LanguageDialogs), { ssr: false });
const FindBar = dynamic(() => import("./_find/find-bar").then((module) => module.FindBar), { ssr: false });
const KeysDialog = dynamic(() => import("./_keys/keys-dialog").then((module) => module.KeysDialog), { ssr: false });
const LogsDrawer = dynamic(() => import("./_panel/logs-drawer").then((module) => module.LogsDrawer), { ssr: false });
const PreviewDialog = dynamic(() => import("./_runs/preview-dialog").then((module) => module.PreviewDialog), { ssr: false });
const nothingCollapsed: ReadonlySet<string> = new Set();

export function NotebookEditor({ detail }: { readonly detail: NotebookDetail }) {
  const toast = useToast();
  const selectionState = useSelectionState();
  const [{ selected }] = selectionState;
  const rights = useMemo(() => rightsOf(detail.role), [detail.role]);
  const shared = useDocument(detail, { reads: rights.edit !== undefined, cell: selected });
  const { document, dispatch, saveNow } = shared;
  const { notebook } = document;
  const selection = useSelection(notebook.cells, selectionState);
  const [compilation, compileNow] = useCompilation(notebook, detail.packages);
  const runs = useCellViews(detail.id);
  const control = useRunControl(detail.id, saveNow, runs.follow);
  const params = useStableParams(compilation?.dag.params);
  const values = useParamValues(detail.id, params);

  const [editing, setEditing] = useState<string>();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [logs, setLogs] = useState<LogTarget>();
  const [charted, setCharted] = useState<ChartWish>();
  const [tab, setTab] = useState<PanelTab>("graph");
  const [panelOpen, setPanelOpen] = usePanel();
  const [keysOpen, setKeysOpen] = useState(false);
  const [collapsed, setCollapsed] = useState(nothingCollapsed);
  const [find, setFind] = useState<{ readonly replace: boolean; readonly initial: string }>();
  const finder = useRef<FindHandle>(null);
  const [reading, setReading] = useState(false);
  const [numbers, setNumbers] = useStored("heddle.numbers", true);
  const [reactive, setReactive] = useStored(`heddle.reactive.${detail.id}`, false);
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
  const off = useSwitchedOff(compilation?.dag.disabled);
  const { hidden, hides } = useMemo(() => {
    const { hidden, counts } = hideSections(notebook.cells, collapsed);
    return { hidden, hides: counts };
  }, [notebook.cells, collapsed]);
  const expand = useCallback((id: string) => setCollapsed((now) => new Set([...now].filter((each) => each !== id))), []);

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
      const { tasks } = compileNow().dag;
      void control.run(reactive ? withReaders(tasks, request) : request, values.given);
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
  const openTab = (next: PanelTab) => {
    setTab(next);
    setPanelOpen(true);
  };
  const changeReactive = (next: boolean) => {
    setReactive(next);
    toast({ text: next ? "Cells now run by themselves after a change." : "Changed cells are now marked, and run when you say so." });
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
    selection,
    stale,
    show: (id) => {
      if (!hidden.has(id)) return;
      flushSync(() =>
        setCollapsed(new Set([...collapsed].filter((each) => !sectionOf(notebook.cells, each).some((cell) => cell.id === id)))),
      );
    },
    startEditing: setEditing,
    openLogs: setLogs,
  });
  const openLogOf = (task: Task | undefined) => task && setLogs({ taskKey: task.key, title: task.title || task.key });
  useEditorCommands({
    actions,
    cells: notebook.cells,
    isHidden: (cell) => hidden.has(cell),
    index: notebook.cells.findIndex((cell) => cell.id === selected),
    cell: notebook.cells.find((cell) => cell.id === selected),
    chosen: selection.chosen,
    taskOf: (cell) => tasks.get(cell),
    tasks: taskList,
    stale,
    running,
    page: {
      undo: () => rights.edit === undefined && dispatch({ type: "undo" }),
      redo: () => rights.edit === undefined && dispatch({ type: "redo" }),
      save: () => void saveNow().catch(() => undefined),
      run,
      preview: () => void preview(),
      openFind(replace) {
        const words = getSelection()?.toString() ?? "";
        if (find) finder.current?.focus(replace);
        else beginTyping();
        if (!find) setFind({ replace, initial: words.includes("\n") ? "" : words });
      },
      findAgain: (offset) => finder.current?.again(offset),
      isFinding: find !== undefined,
      togglePanel: () => setPanelOpen(!panelOpen),
      openTab,
      toggleLogs() {
        if (logs) return setLogs(undefined);
        const shown = (selected === undefined ? undefined : tasks.get(selected)) ?? taskList.find((task) => runs.views.has(task.key));
        if (shown) openLogOf(shown);
        else toast({ text: "Nothing has run yet, so there is no log." });
      },
      openLogOf: (cell) => openLogOf(tasks.get(cell.id)),
      closeWhatIsOpen() {
        if (find) setFind(undefined);
        else if (logs) setLogs(undefined);
        else return false;
        return true;
      },
      openKeys() {
        beginTyping();
        setKeysOpen(true);
      },
      openPalette,
      toggleNumbers: () => setNumbers(!numbers),
      toggleReading: () => setReading(!reading),
      toggleReactive: () => changeReactive(!reactive),
      toggleSection(cell, collapse) {
        const own = sectionOf(notebook.cells, cell.id).length > 0 ? cell : headingAbove(notebook.cells, cell.id);
        if (!own) return;
        if (!collapse) return expand(own.id);
        setCollapsed(new Set([...collapsed, own.id]));
        actions.command(own.id);
      },
    },
  });
  useReactiveRuns({
    enabled: reactive,
    notebook,
    compilation,
    stale,
    values: values.values,
    busy: running || control.starting !== undefined || runs.loading || values.faults.size > 0,
    run: (targets) => void control.run({ targets }, values.given),
  });
  const knownTables = useKnownTables(taskList, runs.views, params, setCharted);
  const intelligenceOf = useIntelligence(language.client, language.ready, {
    cells: notebook.cells,
    actions,
    say: (text) => toast({ text }),
    open: setLanguageDialog,
  });
  const languageOfCells = useMemo(() => ({ intelligenceOf, inlay }), [intelligenceOf, inlay]);
  const threads = useComments(detail.id);
  const openCounts = useOpenCounts(threads);
  const { selectOnly } = selection;
  const [commentWish, setCommentWish] = useState(0);
  const cellComments = useMemo(
    () => ({
      counts: openCounts,
      open: (cellId: string) => {
        selectOnly(cellId);
        setTab("comments");
        setPanelOpen(true);
        setCommentWish((count) => count + 1);
      },
    }),
    [openCounts, setPanelOpen, selectOnly],
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
  useReferenceMarks(taskList, selectedTask?.key);

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
        onKeys={() => setKeysOpen(true)}
        onPalette={openPalette}
        stale={stale.size}
        onRunStale={actions.runStale}
        reactive={reactive}
        onReactive={changeReactive}
        onSave={saveNow}
      />
      <div
        className={`${styles.layout} ${panelOpen ? styles.withPanel : ""}`}
        data-numbers={numbers ? undefined : "off"}
        data-reading={reading || undefined}
        data-types={language.ready ? "ready" : language.notice === undefined ? "coming" : "none"}
      >
        <div className={styles.main}>
          {find && (
            <FindBar
              ref={finder}
              cells={notebook.cells}
              withReplace={find.replace}
              initial={find.initial}
              onShow={(cell) => {
                if (hidden.has(cell)) setCollapsed(nothingCollapsed);
              }}
              onClose={() => {
                setFind(undefined);
                if (selected !== undefined) actions.command(selected);
              }}
            />
          )}
          <div className={styles.column}>
            <p className="sr-only" role="status">
              {selection.row.size > 1 ? `${selection.row.size} cells taken.` : ""}
            </p>
            <KnownTablesContext value={knownTables}>
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
                    row={selection.row}
                    hidden={hidden}
                    hides={hides}
                    onShow={expand}
                    off={off}
                    folded={folded}
                    editing={editing}
                    params={params}
                    values={values}
                  />
                </CommentsContext>
              </LanguageContext>
            </KnownTablesContext>
          </div>
          {logs && (
            <LogsDrawer
              target={logs}
              tasks={taskList}
              views={runs.views}
              onTarget={setLogs}
              onClose={() => {
                setLogs(undefined);
                if (selected !== undefined) actions.command(selected);
              }}
            />
          )}
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
            cells={notebook.cells}
            selectedCell={selected}
            off={off}
            onRunSection={(cell) => actions.runCells([cell, ...sectionOf(notebook.cells, cell).map(({ id }) => id)])}
            scratch={{ notebookId: detail.id, saveNow, given: values.given }}
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
      {charted && <ChartBuilder wish={charted} tables={knownTables} actions={actions} onClose={() => setCharted(undefined)} />}
      {keysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
    </EditorProviders>
  );
}

/** Where cells run by themselves, what reads a cell runs with it. */
function withReaders(tasks: readonly Task[], request: RunRequest): RunRequest {
  if (!request.targets) return request;
  const targets = new Set(request.targets.flatMap((key) => [key, ...findRelatives(tasks, key).downstream]));
  return { ...request, targets: [...targets] };
}

const noneOff: ReadonlyMap<string, string> = new Map();

/** Cells that do not run, with why; the same object until that changes. */
function useSwitchedOff(disabled: Dag["disabled"]): ReadonlyMap<string, string> {
  const key = JSON.stringify(disabled ?? []);
  return useMemo(() => {
    const list = JSON.parse(key) as NonNullable<Dag["disabled"]>;
    if (list.length === 0) return noneOff;
    return new Map(
      list.map((each) => [
        each.cell,
        each.by === each.key
          ? "Switched off: it does not run, nor does what reads it."
          : `Does not run: it needs “${each.by}”, which is switched off.`,
      ]),
    );
  }, [key]);
}
