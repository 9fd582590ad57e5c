"use client";
/** Everything from everywhere by a few letters: what the page offers, the pages, the notebooks. Loaded by palette-host.tsx. */
import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { Dialog } from "radix-ui";
import { useMemo, useRef, useState } from "react";
import { useTRPC } from "../_trpc/client";
import { Keys } from "../_ui/chip";
import styles from "./command-palette.module.css";
import { takeTyped } from "./type-ahead";
import { closePalette, returnFocus, type PaletteItem } from "./palette-store";

const pages = [
  ["Notebooks", "/notebooks"],
  ["Runs", "/runs"],
  ["Compare", "/compare"],
  ["Inbox", "/inbox"],
  ["Pools", "/pools"],
  ["Workers", "/workers"],
  ["Settings", "/settings"],
] as const;

export function CommandPalette({ offered }: { readonly offered: readonly PaletteItem[] }) {
  const router = useRouter();
  const trpc = useTRPC();
  const notebooks = useQuery(trpc.notebook.list.queryOptions(undefined, { staleTime: 10_000 }));
  const [query, setQuery] = useState("");
  const picked = useRef<PaletteItem>(undefined);
  const groups = useMemo(() => {
    const items: readonly PaletteItem[] = [
      ...offered,
      ...pages.map(([title, href]) => ({ id: href, title: `Go to ${title}`, group: "Pages", run: () => router.push(href) })),
      ...(notebooks.data ?? []).map(({ id, title }) => ({
        id: `notebook ${id}`,
        title,
        group: "Notebooks",
        run: () => router.push(`/notebooks/${id}`),
      })),
    ];
    const grouped = new Map<string, PaletteItem[]>();
    for (const item of items) {
      if (item.onlyFound && query.trim() === "") continue;
      const group = grouped.get(item.group);
      if (group) group.push(item);
      else grouped.set(item.group, [item]);
    }
    return [...grouped];
  }, [offered, notebooks.data, query, router]);

  return (
    <Dialog.Root open onOpenChange={(open) => !open && closePalette()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.scrim} />
        <Dialog.Content
          className={styles.palette}
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocus();
            picked.current?.run();
          }}
        >
          <Dialog.Title className="sr-only">Palette</Dialog.Title>
          <Command label="Palette" loop>
            <Command.Input
              className={styles.input}
              value={query}
              onValueChange={setQuery}
              placeholder="Type what you want to do…"
              autoFocus
              // What was typed until now; letters are this field's from here on.
              onFocus={() => setQuery(query + takeTyped())}
            />
            <Command.List className={styles.list} label="What can be done">
              <Command.Empty className={styles.empty}>Nothing is called so.</Command.Empty>
              {groups.map(([group, items]) => (
                <Command.Group key={group} heading={group} className={styles.group}>
                  {items.map((item) => (
                    <Command.Item
                      key={item.id}
                      value={`${item.title} ${item.id}`}
                      className={styles.item}
                      onSelect={() => {
                        picked.current = item;
                        closePalette();
                      }}
                    >
                      <span className={styles.title}>{item.title}</span>
                      {item.keys !== undefined && (
                        <span className={styles.keys}>
                          <Keys>{item.keys}</Keys>
                        </span>
                      )}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
