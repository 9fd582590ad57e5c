"use client";
/** Who else has the notebook open: one mark for each person, in their colour. Choosing one follows them. */
import { useEffect, useState } from "react";
import { useSession } from "../../../_frame/use-session";
import { Button } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { Tooltip } from "../../../_ui/tooltip";
import type { EditorActions } from "../editor-context";
import { initialsOf, type Person } from "./people";
import styles from "./people.module.css";

const mostMarks = 4;

export function PeopleList({ people, actions }: { readonly people: readonly Person[]; readonly actions: EditorActions }) {
  const me = useSession().data?.user.id;
  const [following, setFollowing] = useState<string>();
  const windows = new Map<string, Person>();
  // Of several windows of one person, the one that is somewhere.
  for (const person of people) if (!windows.has(person.userId) || person.cell !== undefined) windows.set(person.userId, person);
  const followed = following === undefined ? undefined : windows.get(following);

  const cell = followed?.cell;
  useEffect(() => {
    if (cell !== undefined)
      document.querySelector(`[data-cell="${CSS.escape(cell)}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" });
  }, [cell]);
  const isFollowing = followed !== undefined;
  useEffect(() => {
    if (!isFollowing) return;
    // Whoever does something of their own goes their own way.
    const stop = (event: Event) => {
      const inside = (event.target as HTMLElement).closest?.("[data-people]");
      const chooses = !(event instanceof KeyboardEvent) || ["Enter", " ", "Tab"].includes(event.key);
      if (!inside || !chooses) setFollowing(undefined);
    };
    const events = ["keydown", "wheel", "pointerdown"] as const;
    for (const name of events) addEventListener(name, stop, { capture: true, passive: true });
    return () => {
      for (const name of events) removeEventListener(name, stop, { capture: true });
    };
  }, [isFollowing]);

  const persons = [...windows.values()];
  if (persons.length === 0) return null;
  const nameOf = (person: Person) => (person.userId === me ? "You, in another window" : person.name);
  const choose = (person: Person) => {
    setFollowing(following === person.userId ? undefined : person.userId);
    if (person.cell !== undefined && following !== person.userId) actions.jump(person.cell);
  };
  return (
    <div className={styles.people} data-people>
      <ul className={styles.list} aria-label="Also here">
        {persons.slice(0, mostMarks).map((person) => (
          <li key={person.userId}>
            <Tooltip
              text={`${nameOf(person)}${person.reads ? ", reading" : ""}. ${following === person.userId ? "Stop following" : "Follow"}`}
            >
              <button
                type="button"
                className={classNames(styles.mark, following === person.userId && styles.followed)}
                style={{ "--person": person.colour } as React.CSSProperties}
                aria-pressed={following === person.userId}
                aria-label={`Follow ${nameOf(person)}`}
                onClick={() => choose(person)}
              >
                {initialsOf(person.name)}
              </button>
            </Tooltip>
          </li>
        ))}
        {persons.length > mostMarks && (
          <li className={styles.more} title={persons.slice(mostMarks).map(nameOf).join(", ")}>
            +{persons.length - mostMarks}
          </li>
        )}
      </ul>
      {followed && (
        <span className={styles.banner} role="status">
          Following {nameOf(followed)}
          <Button small look="quiet" onClick={() => setFollowing(undefined)}>
            Stop
          </Button>
        </span>
      )}
    </div>
  );
}
