#!/usr/bin/env bash
# Measures the server and nginx alternately: serving the page's largest file with gzip, and
# proxying to a service that returns a 2 KB response. Prints requests per second and CPU time per
# request for each round, then the median ratios to nginx and the server's memory.
#
#     cargo build --release -p console-server
#     bench/load.sh [ROUNDS] [SECONDS]
#
# Needs nginx, wrk, and a built page in the folder PAGE (by default dist).
set -euo pipefail
rounds=${1:-5} seconds=${2:-5}
server=${CONSOLE_SERVER:-target/release/console-server} page=$(realpath "${PAGE:-dist}")
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}"; wait; rm -r "$work"' EXIT
ulimit -n "$(ulimit -Hn)"
chmod 755 "$work"
file=/$(cd "$page" && ls -S -- *.gz | head -1)
file=${file%.gz}

printf '{"volumes":["%02000d"]}' 0 > "$work/response.json"
for temp in client_body proxy fastcgi scgi uwsgi; do temps+="${temp}_temp_path $temp; "; done
nginx_with() {
    cat > "$work/$1.conf" << END
daemon off; pid $1.pid; error_log $1.log; worker_processes $2; worker_rlimit_nofile 20000;
events { worker_connections 8192; }
http {
    access_log off; $temps include /etc/nginx/mime.types; keepalive_requests 100000000;
    sendfile on; tcp_nopush on; open_file_cache max=100;
    upstream service { server 127.0.0.1:9001; keepalive 256; keepalive_requests 100000000; }
    server { $3 }
}
END
    nginx -p "$work" -e stderr -c "$1.conf" &
    started+=($!)
}
# Like every real service, it responds with a request ID.
nginx_with service 1 "listen 127.0.0.1:9001 backlog=4096; default_type application/json;
    add_header X-Openstack-Request-Id req-3f2504e0-4f89-41d3-9a0c-0305e82c3301;
    location / { root $work; try_files /response.json =404; }"
# Like our server, it forwards only certain paths and headers.
nginx_with front auto "listen 127.0.0.1:9002 backlog=4096; root $page; gzip_static on;
    location ~ ^/v[23]/[\w-]+/volumes/detail\$ {
        proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection '';
        proxy_pass_request_headers off; proxy_set_header X-Auth-Token \$http_x_auth_token;
    }"
nginx=$!
"$server" --listen 127.0.0.1:9003 --page "$page" --endpoint http://127.0.0.1:9001 > /dev/null &
ours=$!
started+=($!)
sleep 1

# Prints the CPU time in milliseconds that a server and its workers have used.
cpu_time() {
    cat "/proc/$1/stat" $(pgrep -P "$1" | sed 's|.*|/proc/&/stat|') |
        awk -v tick="$(getconf CLK_TCK)" '{ sum += $14 + $15 } END { print sum * 1000 / tick }'
}
memory() { awk '/^VmRSS/ { printf "%.1f MB", $2 / 1024 }' "/proc/$ours/status"; }
median() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# run NAME PORT PROCESS PATH CONNECTIONS: prints requests per second and CPU microseconds per request.
run() {
    local before after report
    before=$(cpu_time "$3")
    report=$(wrk -t1 -c"$5" -d"${seconds}s" -H 'Accept-Encoding: gzip' -H 'X-Auth-Token: t' \
        "http://127.0.0.1:$2$4")
    after=$(cpu_time "$3")
    if grep -E 'Non-2xx|Socket errors' <<< "$report" >&2; then echo "  ($1)" >&2; fi
    awk -v used="$(bc <<< "$after - $before")" \
        '/requests in/ { n = $1 } /Requests\/sec/ { print $2, used * 1000 / n }' <<< "$report"
}
compare() {
    echo "$1, $3 connections"
    : > "$work/speed"; : > "$work/work"
    for _ in $(seq "$rounds"); do
        read -r speed1 work1 < <(run nginx 9002 "$nginx" "$2" "$3")
        read -r speed2 work2 < <(run ours 9003 "$ours" "$2" "$3")
        echo "    nginx $speed1/s at $work1 us, ours $speed2/s at $work2 us"
        bc -l <<< "$speed2 / $speed1" >> "$work/speed"
        bc -l <<< "$work2 / $work1" >> "$work/work"
    done
    printf '  relative to nginx: %.2f of the throughput, %.2f of the CPU time per request; memory: %s\n' \
        "$(median < "$work/speed")" "$(median < "$work/work")" "$(memory)"
}
echo "memory at the start: $(memory)"
volumes=/v3/dd14c6ac581f40059e27f5320b60bf2f/volumes/detail
compare "page, $file ($(stat -c %s "$page$file.gz") bytes)" "$file" 64
compare "proxy" "$volumes" 64
compare "page" "$file" 2000
compare "proxy" "$volumes" 2000
sleep 12
echo "memory after all connections have closed: $(memory)"
