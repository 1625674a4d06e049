#!/usr/bin/env bash
# A small real fediverse server (snac2) on loopback http with one user, `sanne`, for tests and for trying things by hand.
# FOLDER holds everything it keeps, also (in FOLDER/archive) every request it sent or received.
#
#   snac.sh start FOLDER PORT               serves until its standard input closes or it is stopped; prints `ready URL`
#   snac.sh follow|unfollow FOLDER ACTOR    an actor's URL (follow also takes @name@host:port)
#   snac.sh following|followers FOLDER      one actor URL a line; `following` lists only those who accepted
#   snac.sh timeline FOLDER                 the page its user reads (HTML)
#   snac.sh posts FOLDER                    its user's own posts (JSON, the outbox)
#   snac.sh note FOLDER TEXT                a post to its followers
#   snac.sh reply FOLDER URL TEXT           also edit FOLDER ID TEXT, delete FOLDER ID
#   snac.sh like|unlike|boost|unboost FOLDER URL
#   snac.sh lookup FOLDER ADDRESS           what it makes of a handle or an actor's URL (JSON)
#   snac.sh stop FOLDER
set -euo pipefail

readonly USER_NAME=sanne
readonly PATIENCE=10

start() {
    local port=$1
    [ -e "$folder/server.json" ] || prepare "$port"
    dying_with_us snac httpd "$folder" </dev/null >/dev/null 2>"$folder/log" &
    server=$!
    echo "$server" >"$folder/pid"
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$folder/pid"' EXIT
    trap 'exit 0' TERM INT
    wait_until_it_answers "$port"
    echo "ready http://127.0.0.1:$port/$USER_NAME"
    wait_for_the_end "$server"
}

prepare() {
    rmdir "$folder" 2>/dev/null || true
    printf '127.0.0.1\n%s\n127.0.0.1:%s\n\n\n' "$1" "$1" | snac init "$folder" >/dev/null
    sed -i 's/"protocol": *"https"/"protocol": "http"/; s/"queue_retry_minutes": *2/"queue_retry_minutes": 0/' "$folder/server.json"
    mkdir "$folder/archive"
    snac adduser "$folder" "$USER_NAME" | sed -n 's/^User password is //p' >"$folder/password"
}

# Also when this script is killed outright, the server must not stay behind.
dying_with_us() {
    if command -v setpriv >/dev/null; then
        exec setpriv --pdeathsig TERM "$@"
    fi
    exec "$@"
}

wait_until_it_answers() {
    local _
    for _ in $(seq $((PATIENCE * 10))); do
        if curl -sf -o /dev/null -m 1 "http://127.0.0.1:$1/$USER_NAME"; then return; fi
        sleep 0.1
    done
    echo "snac.sh: snac did not answer within $PATIENCE seconds" >&2
    exit 1
}

# Reading times out now and then so that a server that died is noticed, and so that a signal is answered.
wait_for_the_end() {
    local status=0
    while kill -0 "$1" 2>/dev/null; do
        status=0
        read -r -t 1 _ || status=$?
        if [ "$status" -gt 0 ] && [ "$status" -le 128 ]; then return; fi
    done
}

stop() {
    [ ! -e "$folder/pid" ] || kill "$(cat "$folder/pid")"
}

timeline() {
    web_page admin
}

reply() {
    press admin/note --data-urlencode "in_reply_to=$1" --data-urlencode "content=$2"
}

edit() {
    press admin/note --data-urlencode "edit_id=$1" --data-urlencode "content=$2"
}

delete() {
    act Delete "$1"
}

note() {
    snac note "$folder" "$USER_NAME" "$1"
}

following() {
    local file
    for file in $(find "$folder/user/$USER_NAME/following" -name '*.json' ! -name '*_a.json'); do
        if grep -q '^    "type": "Accept"' "$file"; then top_level actor "$file"; fi
    done
}

followers() {
    local file
    for file in $(find "$folder/user/$USER_NAME/followers" -name '*.json'); do
        top_level id "$file"
    done
}

top_level() {
    sed -n "s/^    \"$1\": \"\(.*\)\".*/\1/p" "$2"
}

posts() {
    web_page outbox -H 'accept: application/activity+json'
}

lookup() {
    local actor=$1
    case "$actor" in
        http*) ;;
        *) actor=$(snac webfinger "$folder" "$actor" | sed -n 's/^actor: //p') ;;
    esac
    snac actor "$folder" "$USER_NAME" "$actor"
}

act() {
    press admin/action --data-urlencode "action=$1" --data-urlencode "id=$2"
}

press() {
    web_page "$@" -o /dev/null
}

web_page() {
    local path=$1
    shift
    curl -sf -m "$PATIENCE" -u "$USER_NAME:$(cat "$folder/password")" "$@" "$(base)/$USER_NAME/$path"
}

base() {
    echo "http://$(sed -n 's/.*"host": *"\([^"]*\)".*/\1/p' "$folder/server.json")"
}

verb=${1:?a verb, see the top of this file}
folder=${2:?a folder}
shift 2
case "$verb" in
    start | stop | timeline | reply | edit | delete | note | following | followers | posts | lookup) "$verb" "$@" ;;
    follow | unfollow) snac "$verb" "$folder" "$USER_NAME" "$1" ;;
    like | unlike | boost | unboost) act "${verb^}" "$1" ;;
    *)
        echo "snac.sh: no verb $verb" >&2
        exit 2
        ;;
esac
