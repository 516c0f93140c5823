#!/bin/sh
# Written by `daybook connect` for the hooks of a coding agent; connecting again writes it anew.
#
#   daybook-hook EVENT [warn|ask|deny]     the hook's JSON on standard input
#
# It must go unnoticed: it ends with 0 whatever happens, and says nothing but what the agent is to
# read. PostToolUse and the like put their input into a file of the spool, one file a call, which
# appears there whole or not at all; nothing else is started for it than cat and mv.

exec 2>/dev/null
umask 077

case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
place=@PLACE@
spool=$here/../spool/$place
server=$here/$place.server

daybook() {
  @PROGRAM@ "$@" @TARGET@
}

# Standard input becomes a file of the spool.
keep() {
  [ -d "$spool" ] || mkdir -p "$spool" || return 1
  set -C
  tries=0
  while [ "$tries" -lt 100 ]; do
    name=$$-$tries
    tries=$((tries + 1))
    if true >"$spool/.$name.tmp"; then
      if [ -e "$spool/$name.json" ]; then
        rm -f "$spool/.$name.tmp"
        continue
      fi
      cat >|"$spool/.$name.tmp" && mv -f "$spool/.$name.tmp" "$spool/$name.json" && return 0
      rm -f "$spool/.$name.tmp"
      return 1
    fi
  done
  return 1
}

# Asks the server that runs for this workspace and agent, for at most so many seconds.
ask() {
  [ -r "$server" ] || return 1
  read -r _ _ process <"$server" && kill -0 "$process" || return 1
  command -v curl >/dev/null || return 1
  curl -q -K "$server" -m "$1" -H "Daybook-Repeats: $2" --data-binary @-
}

# What the client writes must have a reader, also when nobody is interested.
ignore() {
  cat >/dev/null
}

case $1 in
  PreToolUse)
    if [ -r "$server" ] && answer=$(ask 0.10 "${2:-warn}"); then
      [ -n "$answer" ] && printf '%s\n' "$answer"
    else
      ignore
    fi
    ;;
  SessionStart)
    input=$(cat)
    printf '%s' "$input" | keep
    if answer=$(printf '%s' "$input" | ask 8 warn); then
      [ -n "$answer" ] && printf '%s\n' "$answer"
    else
      printf '%s' "$input" | daybook hook SessionStart
    fi
    ;;
  SessionEnd)
    input=$(cat)
    printf '%s' "$input" | keep
    # The client waits about a second here, so what takes longer goes on without it.
    if printf '%s' "$input" | ask 0.8 warn >/dev/null; then
      :
    elif command -v setsid >/dev/null; then
      printf '%s' "$input" | setsid sh "$0" Finish >/dev/null &
    else
      (
        trap '' HUP INT
        printf '%s' "$input" | daybook hook SessionEnd >/dev/null
      ) >/dev/null &
    fi
    ;;
  Finish)
    daybook hook SessionEnd >/dev/null
    ;;
  *)
    keep >/dev/null || ignore
    ;;
esac
exit 0
