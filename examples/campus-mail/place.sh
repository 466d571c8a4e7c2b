# Where the example lies, which ports it takes and how its servers are started and found again; for run, stop and reset.
# Meant to be read with `source`.

export LC_ALL=C.UTF-8
# The servers' programs lie where only root looks for them.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

fail() { printf '%s: %s\n' "examples/campus-mail/$(basename "$0")" "$*" >&2; exit 1; }

# Whether everybody may pass through a folder, as the user `postfix` has to.
is_passable() {
  local folder=$1
  while [[ $folder != / ]]; do
    if [[ -e $folder && -z $(find "$folder" -maxdepth 0 -perm -001) ]]; then return 1; fi
    folder=$(dirname "$folder")
  done
}

# The folder for state that the XDG specification names; a home that nobody may pass through is of no use to Postfix.
default_data() {
  local state=${XDG_STATE_HOME:-$HOME/.local/state}
  if is_passable "$state"; then
    echo "$state/warifu-campus-mail"
  else
    echo "/var/tmp/warifu-campus-mail-$(id -un)"
  fi
}

# The file by which a folder is known as this example's; its one line is the first port.
mark=campus-mail-example

as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi; }

# Asked at once, and not when half of the servers run.
check_root() {
  if [[ $(id -u) == 0 ]]; then return 0; fi
  command -v sudo >/dev/null && sudo -v || fail "Postfix is started and ended by root: this needs root, or somebody who may use sudo"
}

# The servers' user: the person's own, or nobody where root started this. Postfix alone needs root, and drops it itself.
if [[ $(id -u) == 0 ]]; then user=nobody group=nogroup; else user=$(id -un) group=$(id -gn); fi

# What stands before a command that this user is to run.
as_user() { "${drop[@]}" "$@"; }
if [[ $(id -u) == 0 ]]; then drop=(setpriv "--reuid=$user" "--regid=$group" --clear-groups); else drop=(env); fi

# Root's files and folders below the example's, for the servers' user.
give() { if [[ $(id -u) == 0 ]]; then chown -R "$user:$group" "${@/#/$data/}"; fi; }

# The servers in the order of their start, but Postfix, which looks after itself.
servers=(slapd warifu dovecot php nginx)

# When a process began, in ticks since the machine did: with its number it is unmistakable.
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

is_running() { # is_running SERVER
  local number at
  read -r number at 2>/dev/null <"$data/running/$1" && [[ -n $at && $(began "$number") == "$at" ]]
}

postfix_runs() { [[ -e $data/postfix/conf/main.cf ]] && as_root postfix -c "$data/postfix/conf" status >/dev/null 2>&1; }

start() { # start SERVER COMMAND...: detached, with a log
  local name=$1
  shift
  if is_running "$name"; then return; fi
  touch "$data/log/$name"
  give "log/$name"
  # No function here: the number has to be that of the server itself, which every command before it hands on.
  "${drop[@]}" setsid "$@" </dev/null >>"$data/log/$name" 2>&1 &
  echo "$! $(began $!)" >"$data/running/$name"
}

end() { # end SERVER: asks it to, and sees that it did
  local name=$1 number
  if ! is_running "$name"; then return 0; fi
  read -r number _ <"$data/running/$name"
  kill -TERM "$number" 2>/dev/null || true
  for _ in {1..100}; do
    if ! is_running "$name"; then rm -f "$data/running/$name"; return 0; fi
    sleep 0.1
  done
  echo "$name does not end; it is killed" >&2
  kill -KILL -- "-$number" 2>/dev/null || kill -KILL "$number" 2>/dev/null || true
  rm -f "$data/running/$name"
}

end_all() {
  local name at
  if postfix_runs; then as_root postfix -c "$data/postfix/conf" stop >/dev/null 2>&1 || true; fi
  for ((at = ${#servers[@]} - 1; at >= 0; at--)); do end "${servers[at]}"; done
}

is_ours() { [[ -f $data/$mark ]]; }

# Names go into the settings of seven programs, each with its own idea of quotes.
check_data() {
  [[ $data == /* ]] || data=$PWD/$data
  [[ $data =~ ^[A-Za-z0-9/._-]+$ ]] || fail "the folder's name may have letters, digits and ./_- only: $data"
  ((${#data} <= 60)) || fail "the folder's name is too long for the sockets in it (60 characters): $data"
}
