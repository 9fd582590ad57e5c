"use client";
import {
  CalendarClock,
  ChartLine,
  CircleUser,
  Gauge,
  History,
  Inbox,
  LogOut,
  Monitor,
  Moon,
  NotebookText,
  PanelLeftClose,
  PanelLeftOpen,
  Server,
  Settings,
  Sun,
} from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useSyncExternalStore } from "react";
import { useInbox, useInboxUpdates } from "../_approval/use-inbox";
import { classNames } from "../_ui/class-names";
import { Menu, MenuItem, MenuLabel, MenuLink, MenuSeparator } from "../_ui/menu";
import { themes, useTheme } from "../_ui/theme";
import styles from "./rail.module.css";
import { signOut } from "./sign-out";
import { useSession } from "./use-session";

/** On a phone there is room for five: the rare ones are in the person's menu. */
const places: readonly { href: string; word: string; Icon: typeof Inbox; rare?: boolean }[] = [
  { href: "/notebooks", word: "Notebooks", Icon: NotebookText },
  { href: "/runs", word: "Runs", Icon: History },
  { href: "/compare", word: "Compare", Icon: ChartLine },
  { href: "/schedules", word: "Schedules", Icon: CalendarClock, rare: true },
  { href: "/inbox", word: "Inbox", Icon: Inbox },
  { href: "/pools", word: "Pools", Icon: Gauge, rare: true },
  { href: "/workers", word: "Workers", Icon: Server, rare: true },
  { href: "/settings", word: "Settings", Icon: Settings, rare: true },
];

const themeWords = { system: "As the system", light: "Light", dark: "Dark" };
const themeIcons = { system: Monitor, light: Sun, dark: Moon };

export function Rail() {
  const path = usePathname();
  const router = useRouter();
  const session = useSession().data;
  const [narrow, setNarrow] = useNarrow();
  useInboxUpdates();
  const waiting = useInbox().data?.filter((item) => item.mine).length ?? 0;
  return (
    <nav className={styles.rail} aria-label="Workspace">
      <Link href="/notebooks" prefetch={false} className={styles.workspace} title={session?.workspace.name}>
        <Mark />
        <span className={styles.word}>{session?.workspace.name ?? "Heddle"}</span>
      </Link>
      <div className={styles.links}>
        {places.map(({ href, word, Icon, rare }) => (
          <Link
            key={href}
            href={href}
            // Nothing but the page itself is loaded while it opens.
            prefetch={false}
            onPointerEnter={() => router.prefetch(href)}
            className={classNames(styles.link, rare && styles.rare)}
            title={narrow ? word : undefined}
            aria-current={path === href || path.startsWith(`${href}/`) ? "page" : undefined}
          >
            <Icon size={18} strokeWidth={1.75} aria-hidden />
            <span className={styles.word}>{word}</span>
            {href === "/inbox" && waiting > 0 && (
              <span className={styles.count} aria-label={`${waiting} ${waiting === 1 ? "waits" : "wait"} for an answer`}>
                {waiting}
              </span>
            )}
          </Link>
        ))}
      </div>
      <div className={styles.space} />
      <div className={styles.person}>
        <PersonMenu name={session?.user.name} email={session?.user.email} role={session?.role} />
      </div>
      <button
        type="button"
        data-rail-toggle
        className={`${styles.link} ${styles.collapse}`}
        onClick={() => setNarrow(!narrow)}
        aria-expanded={!narrow}
        title={narrow ? "Widen the rail" : undefined}
      >
        {narrow ? <PanelLeftOpen size={18} strokeWidth={1.75} aria-hidden /> : <PanelLeftClose size={18} strokeWidth={1.75} aria-hidden />}
        <span className={styles.word}>Narrow</span>
        {narrow && <span className="sr-only">Widen the rail</span>}
      </button>
    </nav>
  );
}

function PersonMenu({
  name,
  email,
  role,
}: {
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly role: string | undefined;
}) {
  const [theme, setTheme] = useTheme();
  return (
    <Menu
      side="top"
      trigger={
        <button type="button" className={styles.link} aria-label={name === undefined ? "You" : `You: ${name}`}>
          <CircleUser size={18} strokeWidth={1.75} aria-hidden />
          <span className={styles.word}>{name ?? "You"}</span>
        </button>
      }
    >
      <div className={styles.who}>
        <strong>{name}</strong>
        {email}
        {role !== undefined && ` · ${role}`}
      </div>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      {themes.map((each) => {
        const Icon = themeIcons[each];
        return (
          <MenuItem key={each} icon={<Icon size={16} />} hint={theme === each ? "✓" : undefined} onSelect={() => setTheme(each)}>
            {themeWords[each]}
          </MenuItem>
        );
      })}
      <MenuSeparator />
      {places.map(
        ({ href, word, Icon, rare }) =>
          rare && (
            <MenuLink key={href} href={href} icon={<Icon size={16} />}>
              {word}
            </MenuLink>
          ),
      )}
      <MenuItem icon={<LogOut size={16} />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

/** Two warp threads lifted over a weft: what a heddle does. */
function Mark() {
  return (
    <svg
      className={styles.mark}
      viewBox="0 0 16 16"
      width={18}
      height={18}
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M3 2v12M8 2v2.5M8 11.5V14M13 2v12M3 8h10" />
    </svg>
  );
}

const listeners = new Set<() => void>();

function useNarrow(): readonly [boolean, (narrow: boolean) => void] {
  const narrow = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => document.documentElement.dataset["rail"] === "narrow",
    () => false,
  );
  const set = (next: boolean) => {
    if (next) document.documentElement.dataset["rail"] = "narrow";
    else delete document.documentElement.dataset["rail"];
    localStorage.setItem("heddle.rail", next ? "narrow" : "wide");
    for (const each of listeners) each();
  };
  return [narrow, set];
}
