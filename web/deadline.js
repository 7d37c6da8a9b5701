import { text } from './language.js';
import { shownAt } from './question.js';

const day = 86_400_000;

// As the server's pages say it (DeadlineMoves.swift).

/** The state of a work's deadline, and by how much it is late. */
export function stateText(is) {
  const state = text(`deadline_state.${is.deadline_state}`);
  const end = { overdue: shownAt(), missed: Date.parse(is.completed_at) }[is.deadline_state];
  // A closed work is judged by the deadline that was in force when it passed.
  const due = (is.completed_at && is.passed_due_at) || is.due_at;
  const days = end && Math.ceil((end - Date.parse(due)) / day);
  return days ? `${state}, ${text('late', { count: days })}` : state;
}

/** How often the deadline was moved: “moved 3 times, +19 days”, in hours below a day; empty if never. */
export function movesText(is) {
  if (!is.due_changes || !is.due_at || !is.original_due_at) return '';
  const moved = text('moves.times', { count: is.due_changes });
  const shift = Date.parse(is.due_at) - Date.parse(is.original_due_at);
  if (shift === 0) return `${moved}, ${text('moves.back')}`;
  const [unit, length] = Math.abs(shift) >= day ? ['days', day] : ['hours', day / 24];
  const count = Math.max(1, Math.round(Math.abs(shift) / length));
  return `${moved}, ${shift < 0 ? '−' : '+'}${text(`moves.${unit}`, { count })}`;
}
