#!/bin/bash
# cellar ceremony room: what is found of the room, and what the policy of a script makes of it.
. "$(dirname "$0")/lib.sh"
good=$source_dir/tests/fixtures/ceremony/good.yaml
quiet=$source_dir/tests/fixtures/rooms/quiet

# room FILE TEXT: a quiet room in which one thing is otherwise.
room() {
    rm -rf room
    cp -r "$quiet" room
    printf '%b' "$2" >"room/$1"
    export CELLAR_TEST_ROOM=$work/room
}

# policy LINES: the good script with a section `room`, in policy.yaml.
policy() {
    sed "s/^facts:/room:\n$1\nfacts:/" "$good" >policy.yaml
}

works cellar ceremony room
says '^ *interfaces +good +stop'
says '^ *image +unknown +note +it was not read, a live system, booted from$'
works cellar ceremony room "$good"

# Each finding: refused, or recorded where the script says so.
stops() { # FACT DETAIL
    fails 3 "the room: $1: $2 \(1 of its findings stops\)" cellar ceremony room
    says "^ *$1 +found +stop +$2"
    policy "  $1: note"
    works cellar ceremony room policy.yaml
    says "^ *$1 +found +note +$2"
    json 0 cellar-ceremony \
        "[(f['state'], f['policy']) for f in result['findings'] if f['fact'] == '$1'] == [('found', 'note')]" \
        cellar ceremony room policy.yaml
}
room sys/class/net/eth0/operstate 'up\n'
stops interfaces eth0
room proc/net/route 'Iface\tDestination\tGateway\tFlags\nwlan0\t0\t0\t0003\n'
stops routes 'over wlan0'
room sys/class/rfkill/rfkill0/soft '0\n'
stops radios 'wlan \(rfkill0\)'
room proc/swaps 'Filename Type\n/dev/sda2 partition\n'
stops swap /dev/sda2
room proc/self/status 'TracerPid:\t77\n'
stops debugger 'process 77'
room proc/sys/kernel/random/entropy_avail '9\n'
stops entropy 'the kernel has 9 bits'
room proc/cmdline 'quiet\n'
export CELLAR_TEST_FREE=1000
stops space '0 KiB'
unset CELLAR_TEST_FREE

# What is only noted stops where the script says so.
notes() { # FACT DETAIL
    works cellar ceremony room
    says "^ *$1 +found +note +$2"
    policy "  $1: stop"
    fails 3 "the room: $1: $2" cellar ceremony room policy.yaml
}
room proc/sys/kernel/core_pattern '|/usr/lib/systemd/systemd-coredump %P\n'
notes core_pattern '.*systemd-coredump'
room proc/self/mountinfo '30 1 8:17 / /media/B rw - vfat /dev/sdb1 rw\n'
notes media '/dev/sdb1 on /media/B'

# What cannot be looked at is judged as what was found.
room proc/cmdline 'quiet\n'
rm room/proc/swaps
fails 3 'the room: swap: /proc/swaps cannot be read' cellar ceremony room
says '^ *swap +unknown +stop'
CELLAR_TEST_ROOM=/nowhere fails 3 'the room: interfaces: ' cellar ceremony room
unset CELLAR_TEST_ROOM
CELLAR_TEST_ROOM=$wired fails 3 'the room: interfaces: eth0 \(2 of its findings stop\)' \
    cellar ceremony room

# The clock.
clock=(cellar ceremony room --second-clock)
works "${clock[@]}" 2026-03-01T11:59:05Z
json 0 cellar-ceremony "result['clock'] == {'second_clock': '2026-03-01T11:59:05Z',
    'this_one': '2026-03-01T12:00:00Z', 'seconds_ahead': 55}" "${clock[@]}" 2026-03-01T11:59:05Z
fails 3 '3600 s ahead; 60 s are allowed' "${clock[@]}" 2026-03-01T11:00:00Z
says '^ *Seconds ahead +3600'
fails 3 '3600 s behind' "${clock[@]}" 2026-03-01T13:00:00Z
policy '  clock_within: 10'
fails 3 '11 s ahead; 10 s are allowed' "${clock[@]}" 2026-03-01T11:59:49Z policy.yaml
policy '  clock: note'
works "${clock[@]}" 2026-03-01T11:00:00Z policy.yaml
says '^ *Seconds ahead +3600'
refuses 2 'not a time' "${clock[@]}" noon

# The boot medium.
head -c 3000000 /dev/zero >boot.img
digest=$(sha256sum <boot.img | cut -c 1-64)
json 0 cellar-ceremony "result['image'] == '$digest' and len(result['image_words'].split()) == 32" \
    cellar ceremony room --image boot.img
fails 3 'image: boot.img has another digest' cellar ceremony room "$good" --image boot.img
sed "s/sha256: .*/sha256: $digest/" "$good" >right.yaml
works cellar ceremony room right.yaml --image boot.img
says '^ *image +good'
echo 'and what else is on the medium' >>boot.img
fails 3 'image: boot.img has another digest' cellar ceremony room right.yaml --image boot.img
sed -i "s/^    sha256: .*/&\n    size: 3000000/" right.yaml
works cellar ceremony room right.yaml --image boot.img
head -c 1000 /dev/zero >boot.img
refuses 2 'has 1000 octets, and the image has 3000000' cellar ceremony room right.yaml --image boot.img
refuses 2 'neither a file nor a medium' cellar ceremony room --image /dev/null
refuses 2 'none.img' cellar ceremony room --image none.img
refuses 2 'none.yaml' cellar ceremony room none.yaml

# The shipped tool looks at this machine, with nothing that a variable could change.
run "$build_dir/bin/cellar-ceremony" room
check 'the real room' grep -qE '^ *entropy +(good|found)' out
CELLAR_TEST_ROOM=/nowhere run "$build_dir/bin/cellar-ceremony" room
check 'the real room, in any case' grep -qE '^ *entropy +(good|found)' out
finish
