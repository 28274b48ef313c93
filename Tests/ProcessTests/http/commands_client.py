"""Drives a real read-api: signs in, places, enters, imports, and reads each of its writes. Usage: BASE-URL USER PASSWORD"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

base, user, password = sys.argv[1:4]
token = None


def ask(method, path, body=None, headers=(), content_type="application/json"):
    data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
    request = urllib.request.Request(base + path, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", content_type)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    for name, value in headers:
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null"), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null"), error.headers


def expect(what, condition, shown):
    if not condition:
        sys.exit(f"{what}: {shown}")


status, tokens, _ = ask("POST", "/v1/auth/login", {"userId": user, "password": password})
expect("login", status == 200 and tokens["userId"] == user, tokens)
token = tokens["accessToken"]
status, wrong, _ = ask("POST", "/v1/auth/login", {"userId": user, "password": password + "x"})
expect("a wrong password", status == 401, wrong)

# An order is there as soon as it was placed, for its owner.
order = {"symbol": "M&M", "exchange": "NSE", "side": "BUY", "quantity": "10", "orderType": "LIMIT", "price": "2950.5"}
status, placed, headers = ask(
    "POST", "/v1/orders", order,
    [("Idempotency-Key", "k-1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
expect("an order", status == 202, placed)
position = headers["Tapefold-Position"]
after = "?after=" + urllib.parse.quote(position)
status, found, _ = ask("GET", f"/v1/orders/{urllib.parse.quote(placed['id'], safe='')}{after}")
expect("read your write", status == 200 and found["price"] == "2950.5" and found["status"] == "PENDING", found)
status, again, headers = ask("POST", "/v1/orders", order, [("Idempotency-Key", "k-1")])
expect("the same again", status == 202 and again == placed and headers["Idempotency-Replayed"] == "true", again)
status, conflict, _ = ask("POST", "/v1/orders", {**order, "quantity": "11"}, [("Idempotency-Key", "k-1")])
expect("the key with another order", status == 422, conflict)

status, cancelled, headers = ask("POST", f"/v1/orders/{urllib.parse.quote(placed['id'], safe='')}/cancel")
expect("cancel", status == 202, cancelled)
after = "?after=" + urllib.parse.quote(headers["Tapefold-Position"])
status, found, _ = ask("GET", f"/v1/orders/{urllib.parse.quote(placed['id'], safe='')}{after}")
expect("read the cancel", status == 200 and found["status"] == "CANCELLED", found)

# An execution entered by hand, and a tradebook.
trade = {"symbol": "NSE:NIFTY 50", "exchange": "NSE", "side": "BUY", "quantity": 2, "price": "100.25"}
status, entered, headers = ask("POST", "/v1/trades", trade)
expect("a trade", status == 202, entered)
after = "?after=" + urllib.parse.quote(headers["Tapefold-Position"])
status, found, _ = ask("GET", "/v1/positions/NSE:NIFTY%2050" + after)
expect("its position", status == 200 and found["quantity"] == "2" and found["averagePrice"] == "100.25", found)
book = b"""symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time
INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,10,1500.5,1001,2001,2025-06-02T09:21:55
INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,sell,false,10,1510,1002,2002,2025-06-02T10:21:55
"""
for _ in range(2):
    status, report, headers = ask("POST", "/v1/trades/import", book, content_type="text/csv")
    expect("an import", status == 202 and report["accepted"] == 2 and report["rejected"] == 0, report)
    after = "?after=" + urllib.parse.quote(headers["Tapefold-Position"])
    status, found, _ = ask("GET", "/v1/positions/NSE:INFY" + after)
    expect("the import's position", status == 200 and found["realizedPnl"] == "95", found)

# Another user's orders are nobody's business.
status, refused, _ = ask("POST", "/v1/orders", {**order, "userId": "somebody"})
expect("another's order", status == 403, refused)
status, tokens, _ = ask("POST", "/v1/auth/refresh", {"refreshToken": tokens["refreshToken"]})
expect("refresh", status == 200, tokens)
status, _, _ = ask("POST", "/v1/auth/logout", {"refreshToken": tokens["refreshToken"]})
expect("logout", status == 204, status)
