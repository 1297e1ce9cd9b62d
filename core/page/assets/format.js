// Numbers, times and costs as people read them.

const kWhole = new Intl.NumberFormat("en");
const kShort = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const kClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const kDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const kMinute = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const kDay = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const kDateTime = new Intl.DateTimeFormat("en-GB",
  { dateStyle: "medium", timeStyle: "medium" });

export const whole = (value) => kWhole.format(value);
export const short = (value) => (value === null ? "?" : kShort.format(value));
export const clock = (time) => kClock.format(new Date(time));
export const dateTime = (time) => kDateTime.format(new Date(time));

export const date = (time) => kDay.format(new Date(time));

// "30 Nov 01:00"
export const minute = (time) => kMinute.format(new Date(time)).replace(",", "");

export function when(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? kClock.format(date) : `${kDate.format(date)} ${kClock.format(date)}`;
}

export function milliseconds(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0 ms";
  if (value < 0.1) return "<0.1 ms";
  if (value < 1) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60000) return `${(value / 1000).toFixed(1)} s`;
  return `${Math.floor(value / 60000)} min ${Math.round((value % 60000) / 1000)} s`;
}

export function dollars(value) {
  if (value === null || value === undefined) return "?";
  if (value === 0) return "$0";
  if (value < 0.0001) return "<$0.0001";
  return `$${value.toFixed(value < 1 ? 4 : 2)}`;
}

// "2 h 5 min", "18 s": the time until a moment; "now" once it has passed.
export function until(time) {
  const left = Math.ceil((new Date(time) - Date.now()) / 1000);
  if (left <= 0) return "now";
  const [days, hours] = [Math.floor(left / 86400), Math.floor(left / 3600) % 24];
  const [minutes, seconds] = [Math.floor(left / 60) % 60, left % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds} s`;
  return `${seconds} s`;
}

export function percent(part, all) {
  if (all === 0) return "0 %";
  const value = (100 * part) / all;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function quantile(values, share) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
