#pragma once

#include <string_view>

namespace agm::cluster {

/// The script of SharedCounts. A group of counters is a hash with a field for each machine:
///
///   value := time of the last telling SP end of its use SP instance SP version SP state
///   state := {"COUNTER": {"s": newest second, "m": [amount of that second, of the one before, ...],
///                         "w": end of the window, "n": spent in it, "h": held}, ...}
///
/// All times are the server's, in milliseconds; "s" in seconds.

// KEYS: group. ARGV: machine, instance, version, state without the claims, state with them,
// milliseconds for which to keep it, milliseconds for which a machine counts as alive, claims as
// JSON [[counter, window, amount, limit or -1, 1 if it fits alone], ...].
// Returns the number of the first claim that does not fit (0: none), and for each claim what the
// other machines use, when nothing of their last minute is left, and when the claim would fit (once
// more; -1: not by the passing of seconds). Without claims it only tells the state. An older state of
// the same process replaces none.
inline constexpr std::string_view kTry = R"(
local time = redis.call('TIME')
local second = tonumber(time[1])
local now = second * 1000 + math.floor(time[2] / 1000)
local oldest = second - 60

local others, mine = {}, nil
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local told, kept, instance, version, text =
    string.match(fields[i + 1], '^(%d+) (%d+) (%S+) (%d+) (.*)$')
  if fields[i] == ARGV[1] then
    mine = {instance = instance, version = tonumber(version)}
  elseif not told or tonumber(kept) < now then
    redis.call('HDEL', KEYS[1], fields[i])
  else
    table.insert(others, {counters = cjson.decode(text), alive = now - told < tonumber(ARGV[7])})
  end
end
local own = {counters = cjson.decode(ARGV[4]), alive = true}

local function used(machine, name, window)
  local counter = machine.counters[name]
  if not counter then return 0 end
  local sum = 0
  for i, amount in ipairs(counter.m or {}) do
    if counter.s - i + 1 >= oldest then sum = sum + amount end
  end
  sum = math.max(0, sum)
  if counter.w == window then sum = sum + (counter.n or 0) end
  if machine.alive then sum = sum + (counter.h or 0) end
  return sum
end

local function used_by_others(name, window)
  local sum = 0
  for _, machine in ipairs(others) do sum = sum + used(machine, name, window) end
  return sum
end

local function add_seconds(machine, name, into)
  local counter = machine.counters[name]
  if not counter or not counter.m then return end
  for i, amount in ipairs(counter.m) do
    local at = counter.s - i + 1
    if at >= oldest then into[at] = (into[at] or 0) + amount end
  end
end

local function expires(at) return (at + 61) * 1000 - now end

local claims = cjson.decode(ARGV[8])
local running = used_by_others('parallel', 0) + used(own, 'parallel', 0)

local function fits(claim, all)
  local window, amount, limit = claim[2], claim[3], claim[4]
  if limit < 0 then return true end
  if claim[5] == 1 and running == 0 and all < limit then return true end
  if window ~= 0 then return all + amount <= limit end
  return all <= math.max(0, limit - amount)
end

local full, sums = 0, {}
for number, claim in ipairs(claims) do
  local more = used_by_others(claim[1], claim[2])
  local all = more + used(own, claim[1], claim[2])
  sums[number] = {more, all}
  if full == 0 and not fits(claim, all) then full = number end
end

local stale = mine and mine.instance == ARGV[2] and mine.version > tonumber(ARGV[3])
if not stale then
  local state = full == 0 and ARGV[5] or ARGV[4]
  redis.call('HSET', KEYS[1], ARGV[1],
             string.format('%.0f %.0f %s %s %s', now, now + ARGV[6], ARGV[2], ARGV[3], state))
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[6]) then redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
end

local reply = {full}
running = 1
for number, claim in ipairs(claims) do
  local more, all = sums[number][1], sums[number][2]
  local seconds = {}
  for _, machine in ipairs(others) do add_seconds(machine, claim[1], seconds) end
  local empty = 0
  for at, amount in pairs(seconds) do
    if amount ~= 0 then empty = math.max(empty, expires(at)) end
  end
  if full == 0 then all = all + claim[3] end
  local room = 0
  if not fits(claim, all) then
    add_seconds(own, claim[1], seconds)
    if full == 0 then seconds[second] = (seconds[second] or 0) + claim[3] end
    for at = oldest, second + 1 do
      if fits(claim, all) then break end
      if seconds[at] then
        all = all - seconds[at]
        room = expires(at)
      end
    end
    if not fits(claim, all) then room = -1 end
  end
  table.insert(reply, more)
  table.insert(reply, empty)
  table.insert(reply, room)
end
return reply)";

}  // namespace agm::cluster
