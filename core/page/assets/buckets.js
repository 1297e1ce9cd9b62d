// The spans of time of a chart, each with the name that the gateway gives it in the viewer's zone, also
// those without a request.

const kHour = 3600000;
const two = (value) => String(Math.floor(Math.abs(value))).padStart(2, "0");
const dayName = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

// When the clocks are set back, an hour comes twice; the name of the second one has its offset.
function repeated(at) {
  const offset = -at.getTimezoneOffset();
  const back = -new Date(at - 2 * kHour).getTimezoneOffset() - offset;
  if (back <= 0 || new Date(at - back * 60000).getHours() !== at.getHours()) return "";
  return ` ${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

function hourNames(since, until) {
  const names = [];
  for (let at = since.getTime(); at <= until; at += kHour) {
    const hour = new Date(at);
    names.push(`${dayName(hour)} ${two(hour.getHours())}:00${repeated(hour)}`);
  }
  return names;
}

// By the calendar, because a day may have 23 or 25 hours.
function dayNames(since, until) {
  const names = [];
  for (let at = new Date(since); at <= until; at.setDate(at.getDate() + 1)) names.push(dayName(at));
  return names;
}

function monthNames(since, until) {
  const names = [];
  for (let at = new Date(since.getFullYear(), since.getMonth(), 1); at <= until; at.setMonth(at.getMonth() + 1)) {
    names.push(dayName(at).slice(0, 7));
  }
  return names;
}

// bucketNames("1d", since, new Date()) is ["2026-11-28", "2026-11-29"]; `since` begins a bucket.
export function bucketNames(size, since, until) {
  return { "1h": hourNames, "1d": dayNames, "1mo": monthNames }[size](since, until);
}
