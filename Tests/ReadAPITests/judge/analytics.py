"""Works a user's analytics out again from the events alone, in Python with pandas and empyrical-reloaded, and compares with
what the read API answered: amounts exactly, ratios to 1e-9.

Reads <folder>/question.json, {"riskFree": …, "users": {user: {"answers": [{"kind", "from", "to", "granularity", "answer"}]}},
"closes": [[exchange, symbol, day, price]]}, <folder>/events.jsonl and a calendar. Prints each difference and, last, how
many figures it compared.
"""
import collections
import datetime
import decimal
import itertools
import json
import math
import sys

import empyrical
import pandas

SCALE = 10**8
INDIA = datetime.timedelta(minutes=330)


def units(text):
    value = decimal.Decimal(str(text)) * SCALE
    assert value == value.to_integral_value(), text
    return int(value)


def half_even(numerator, denominator):
    """Rounds numerator / denominator to a whole number, ties to even, symmetric around zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    whole, rest = divmod(abs(numerator), abs(denominator))
    twice = 2 * rest
    if twice > abs(denominator) or (twice == abs(denominator) and whole % 2):
        whole += 1
    return sign * whole


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Calendar:
    def __init__(self, path):
        file = json.load(open(path))
        self.exchanges = {}
        for name, exchange in file["exchanges"].items():
            holidays = {d for title in exchange["holidays"] for d in file["holidays"][title]}
            special = {s["date"] for title in exchange["specialSessions"] for s in file["specialSessions"][title]}
            self.exchanges[name] = (set(exchange["closedWeekdays"]), holidays - special, special)

    def is_open(self, exchange, day):
        if exchange not in self.exchanges:
            return True
        closed, holidays, special = self.exchanges[exchange]
        text = day.isoformat()
        return text in special or (text not in holidays and day.strftime("%A").lower() not in closed)

    def local(self, exchange, time):
        return time + INDIA if exchange in self.exchanges else time


def read_events(path):
    trades, corrections, payments = {}, collections.defaultdict(list), {}
    seen = set()
    for line in open(path):
        event = json.loads(line)
        data, kind = event["data"], event["type"]
        if "trades.executed" in kind:
            key = (data["userId"], data["tradeId"])
            trades.setdefault(key, {"executedAt": event["time"], **data})
        elif "trades.corrected" in kind:
            identity = (event["source"], event["id"], data["userId"])
            if identity not in seen:
                seen.add(identity)
                corrections[(data["userId"], data["tradeId"])].append(data)
        elif "payments.received" in kind and data["status"] != "pending":
            payments.setdefault((data["userId"], data["paymentId"]), {**data, "time": event["time"]})
    return trades, corrections, payments


def executions(trades, corrections):
    result = []
    for key, trade in trades.items():
        trade, void = dict(trade), False
        for correction in corrections.get(key, []):
            if correction["action"] == "void":
                void = True
            else:
                trade.update({k: v for k, v in correction.items() if k != "action"})
        if not void:
            result.append(trade)
    return result


class Lot:
    def __init__(self, short, quantity, price, fees, multiplier, at):
        self.short, self.quantity, self.price, self.multiplier, self.at = short, quantity, price, multiplier, at
        self.opened, self.opened_fees, self.fees = quantity, fees, fees


def match(trades):
    """FIFO over one book's executions in order; yields what each closed and the lots open behind it."""
    lots = []
    for trade in trades:
        quantity, price, fees = units(trade["quantity"]), units(trade["price"]), units(trade.get("fees", 0))
        multiplier, sale = units(trade.get("multiplier", 1)), trade["side"] == "SELL"
        closing = min(quantity, sum(lot.quantity for lot in lots if lot.short != sale))
        exit_fees = fees if closing == quantity else half_even(fees * closing, quantity)
        gross = paid = 0
        first, left, fees_left = None, closing, exit_fees
        while left:
            lot = lots[0]
            first = first or lot.at
            part = min(left, lot.quantity)
            whole = part == lot.quantity
            entry = lot.fees if whole else half_even(lot.opened_fees * part, lot.opened)
            share = fees_left if part == left else half_even(exit_fees * part, closing)
            sign = -1 if lot.short else 1
            gross += half_even(sign * (price - lot.price) * part * lot.multiplier, SCALE * SCALE)
            paid += entry + share
            left -= part
            fees_left -= share
            lot.quantity -= part
            lot.fees -= entry
            if whole:
                lots.pop(0)
        if closing < quantity:
            opening_fees = fees - (exit_fees if closing else 0)
            lots.append(Lot(sale, quantity - closing, price, opening_fees, multiplier, moment(trade["executedAt"])))
        yield trade, (gross, gross - paid, first) if closing else None, lots


def order(trade):
    return moment(trade["executedAt"]), trade["tradeId"].encode()


class Book:
    """All of one user: executions with what they closed, and the value of open lots on each day."""

    def __init__(self, user, trades, payments, calendar, closes):
        self.calendar = calendar
        rows, books = [], collections.defaultdict(list)
        for trade in trades:
            if trade["userId"] == user:
                instrument = f'{trade["exchange"]}:{trade["symbol"]}'
                # That of a contract is its underlying's.
                if trade["exchange"] not in ("NFO", "MCX") and trade.get("segment") != "FO":
                    instrument = trade.get("isin") or instrument
                books[(trade.get("account", "main"), instrument)].append(trade)
        self.valued = []
        for book in books.values():
            book.sort(key=order)
            states = []
            for trade, closed, lots in match(book):
                local = calendar.local(trade["exchange"], moment(trade["executedAt"]))
                held = (moment(trade["executedAt"]) - closed[2]) // datetime.timedelta(microseconds=1) if closed else None
                rows.append({
                    "day": local.date(), "hour": local.hour, "order": order(trade), "exchange": trade["exchange"],
                    "symbol": trade["symbol"], "fees": units(trade.get("fees", 0)),
                    "gross": closed[0] if closed else None, "realized": closed[1] if closed else None, "held": held,
                })
                open_lots = [(lot.short, lot.quantity, lot.price, lot.multiplier) for lot in lots]
                states.append((local.date(), trade["exchange"], trade["symbol"], open_lots))
            self.valued.append(states)
        self.rows = pandas.DataFrame(rows, dtype=object).sort_values("order", ignore_index=True)
        self.closes = closes
        self.flows = sorted(
            ((moment(p["time"]) + INDIA).date(), units(p["amount"]) * (1 if p["kind"] == "deposit" else -1))
            for (owner, _), p in payments.items()
            if owner == user and p["status"] == "completed" and p["currency"] == "INR"
            and p["kind"] in ("deposit", "withdrawal"))
        self.curve = self.make_curve()

    def make_curve(self):
        traded, exchanges = set(self.rows.day), set(self.rows.exchange)
        pnl = self.rows[self.rows.realized.notna()].groupby("day").realized.sum().to_dict()
        equity = 0 if self.flows else 1_000_000 * SCALE
        flows, curve = list(self.flows), []
        for day in (d.date() for d in pandas.date_range(min(traded), max(traded))):
            if day not in traded and not any(self.calendar.is_open(e, day) for e in exchanges):
                continue
            flow = 0
            while flows and flows[0][0] <= day:
                flow += flows.pop(0)[1]
            base = equity + flow
            equity = base + pnl.get(day, 0)
            r = pnl.get(day, 0) / base if base > 0 else math.nan
            curve.append({"day": day, "pnl": pnl.get(day, 0), "flow": flow, "equity": equity, "r": r})
        return pandas.DataFrame(curve, dtype=object)

    def unrealized(self, day):
        total = 0
        for states in self.valued:
            # In matching order: what follows an execution of a later day has not happened yet.
            past = list(itertools.takewhile(lambda state: state[0] <= day, states))
            if not past or not past[-1][3]:
                continue
            _, exchange, symbol, lots = past[-1]
            prices = [price for at, price in self.closes.get((exchange, symbol), []) if at <= day]
            if not prices:
                return None
            for short, quantity, price, multiplier in lots:
                sign = -1 if short else 1
                total += half_even(sign * (prices[-1] - price) * quantity * multiplier, SCALE * SCALE)
        return total


class Judge:
    def __init__(self):
        self.compared, self.different = 0, 0

    def exact(self, what, answer, wanted):
        got = None if answer is None else units(answer)
        self.note(what, got, wanted, got == wanted)

    def plain(self, what, answer, wanted):
        self.note(what, answer, wanted, answer == wanted)

    def ratio(self, what, answer, wanted):
        if wanted is not None and not math.isfinite(wanted):
            wanted = None
        same = answer is wanted if answer is None or wanted is None else math.isclose(
            answer, wanted, rel_tol=1e-9, abs_tol=1e-12)
        self.note(what, answer, wanted, same)

    def note(self, what, got, wanted, same):
        self.compared += 1
        if not same:
            self.different += 1
            print(f"{what}: {got} is not {wanted}")

    def report(self, what, answer, book, start, end, free):
        rows = book.rows[(book.rows.day >= start) & (book.rows.day <= end)]
        closed = rows[rows.realized.notna()]
        wins, losses = closed[closed.realized > 0], closed[closed.realized < 0]
        profit, loss = int(wins.realized.sum()), int(losses.realized.sum())
        realized, fees = int(closed.realized.sum()), int(rows.fees.sum())
        self.plain(f"{what} executions", answer["executions"], len(rows))
        self.plain(f"{what} tradingDays", answer["tradingDays"], rows.day.nunique())
        self.group(what, answer, closed)
        self.exact(f"{what} netPnl", answer["netPnl"], int(closed.gross.sum()) - fees)
        self.exact(f"{what} totalFees", answer["totalFees"], fees)
        self.exact(f"{what} avgWin", answer["avgWin"], half_even(profit, len(wins)) if len(wins) else None)
        self.exact(f"{what} avgLoss", answer["avgLoss"], half_even(loss, len(losses)) if len(losses) else None)
        self.exact(f"{what} expectancy", answer["expectancy"], half_even(realized, len(closed)) if len(closed) else None)
        both = len(wins) and len(losses)
        self.ratio(f"{what} payoffRatio", answer["payoffRatio"],
                   (profit / len(wins)) / (-loss / len(losses)) if both else None)
        self.ratio(f"{what} avgHoldingSeconds", answer["avgHoldingSeconds"],
                   half_even(int(closed.held.sum()), len(closed)) / 1e6 if len(closed) else None)
        curve = book.curve[(book.curve.day >= start) & (book.curve.day <= end)]
        self.exact(f"{what} endEquity", answer["endEquity"], curve.equity.iloc[-1] if len(curve) else None)
        sums = pandas.Series([0] + list(curve.pnl), dtype=object).cumsum()
        fall = min((s - p for s, p in zip(sums, sums.cummax())), default=0)
        self.exact(f"{what} maxDrawdown", answer["maxDrawdown"], int(fall) if len(curve) else None)
        self.ratio(f"{what} recoveryFactor", answer["recoveryFactor"], realized / -fall if fall else None)
        self.returns(what, answer, curve.r.astype(float), free)

    def returns(self, what, answer, r, free):
        r.index = pandas.RangeIndex(len(r))
        some, enough = r.count() > 0, r.count() > 1
        total = empyrical.cum_returns_final(r) if some else None
        self.ratio(f"{what} totalReturnPercent", answer["totalReturnPercent"], 100 * total if some else None)
        self.ratio(f"{what} annualReturnPercent", answer["annualReturnPercent"],
                   100 * empyrical.annual_return(r) if enough else None)
        self.ratio(f"{what} sharpeRatio", answer["sharpeRatio"],
                   empyrical.sharpe_ratio(r, risk_free=free / 252) if enough and r.nunique() > 1 else None)
        self.ratio(f"{what} sortinoRatio", answer["sortinoRatio"],
                   empyrical.sortino_ratio(r, required_return=free / 252) if enough else None)
        self.ratio(f"{what} maxDrawdownPercent", answer["maxDrawdownPercent"],
                   100 * empyrical.max_drawdown(r) if some else None)
        self.ratio(f"{what} calmarRatio", answer["calmarRatio"], empyrical.calmar_ratio(r) if enough else None)

    def group(self, what, answer, closed):
        wins, losses = closed[closed.realized > 0], closed[closed.realized < 0]
        profit, loss = int(wins.realized.sum()), int(losses.realized.sum())
        self.plain(f"{what} totalTrades", answer["totalTrades"], len(closed))
        self.plain(f"{what} winningTrades", answer["winningTrades"], len(wins))
        self.plain(f"{what} losingTrades", answer["losingTrades"], len(losses))
        self.plain(f"{what} breakEvenTrades", answer["breakEvenTrades"], len(closed) - len(wins) - len(losses))
        self.exact(f"{what} grossProfit", answer["grossProfit"], profit)
        self.exact(f"{what} grossLoss", answer["grossLoss"], loss)
        self.exact(f"{what} grossPnl", answer["grossPnl"], int(closed.gross.sum()))
        self.exact(f"{what} realizedPnl", answer["realizedPnl"], profit + loss)
        decided = len(wins) + len(losses)
        self.ratio(f"{what} winRate", answer["winRate"], 100 * len(wins) / decided if decided else None)
        self.ratio(f"{what} profitFactor", answer["profitFactor"], profit / -loss if loss else None)

    def breakdown(self, what, answer, book, start, end):
        rows = book.rows[(book.rows.day >= start) & (book.rows.day <= end)]
        closed = rows[rows.realized.notna()]
        runs = {True: 0, False: 0}
        best, current = {True: 0, False: 0}, None
        for value in closed.realized:
            outcome = None if value == 0 else value > 0
            runs[outcome] = runs.get(outcome, 0) + 1 if outcome == current else 1
            current = outcome
            if outcome is not None:
                best[outcome] = max(best[outcome], runs[outcome])
        self.plain(f"{what} longestWinningStreak", answer["longestWinningStreak"], best[True])
        self.plain(f"{what} longestLosingStreak", answer["longestLosingStreak"], best[False])
        largest = max((v for v in closed.realized if v > 0), default=None)
        self.exact(f"{what} largestWin", answer["largestWin"], largest)
        self.exact(f"{what} largestLoss", answer["largestLoss"], min((v for v in closed.realized if v < 0), default=None))
        names = rows.exchange + ":" + rows.symbol
        self.plain(f"{what} symbolsTraded", answer["symbolsTraded"], names.nunique())
        counts = names.value_counts()
        most = min(counts[counts == counts.max()].index) if len(counts) else None
        self.plain(f"{what} mostTradedSymbol", answer["mostTradedSymbol"], most)
        keys = {
            "byHour": ("hour", closed.hour), "byWeekday": ("weekday", closed.day.map(lambda d: d.isoweekday())),
            "byMonth": ("month", closed.day.map(lambda d: d.isoformat()[:7])),
        }
        for name, (field, key) in keys.items():
            groups = {label: group for label, group in closed.groupby(key)}
            self.plain(f"{what} {name}", [item[field] for item in answer[name]], sorted(groups))
            for item in answer[name]:
                self.group(f"{what} {name} {item[field]}", item, groups[item[field]])
        symbols = {label: group for label, group in closed.groupby(["exchange", "symbol"])}
        ranked = sorted(symbols, key=lambda s: (-int(symbols[s].realized.sum()), s))
        worst = sorted(symbols, key=lambda s: (int(symbols[s].realized.sum()), s))
        for name, wanted in [("bySymbol", ranked), ("bestSymbols", ranked[:5]), ("worstSymbols", worst[:5])]:
            self.plain(f"{what} {name}", [(i["exchange"], i["symbol"]) for i in answer[name]], wanted)
            for item in answer[name]:
                self.group(f"{what} {name} {item['symbol']}", item, symbols[(item["exchange"], item["symbol"])])

    def equity(self, what, answer, book, start, end):
        curve = book.curve[(book.curve.day >= start) & (book.curve.day <= end)]
        self.plain(f"{what} days", [i["day"] for i in answer["items"]], [d.isoformat() for d in curve.day])
        total = peak = 0
        index = top = 1.0
        for item, (_, day) in zip(answer["items"], curve.iterrows()):
            here = f"{what} {item['day']}"
            total += day.pnl
            peak = max(peak, total)
            index = max(0.0, index * (1 + (0 if math.isnan(day.r) else day.r)))
            top = max(top, index)
            self.exact(f"{here} pnl", item["pnl"], day.pnl)
            self.exact(f"{here} flow", item["flow"], day.flow)
            self.exact(f"{here} equity", item["equity"], day.equity)
            self.ratio(f"{here} returnPercent", item["returnPercent"], 100 * day.r)
            self.exact(f"{here} cumulativePnl", item["cumulativePnl"], total)
            self.exact(f"{here} drawdown", item["drawdown"], total - peak)
            self.ratio(f"{here} drawdownPercent", item["drawdownPercent"], 100 * (index / top - 1))
            value = book.unrealized(day.day)
            self.exact(f"{here} unrealizedPnl", item["unrealizedPnl"], value)
            self.exact(f"{here} markToMarketEquity", item["markToMarketEquity"], None if value is None else day.equity + value)


PERIODS = {
    "day": lambda d: d, "week": lambda d: d - datetime.timedelta(days=d.weekday()), "month": lambda d: d.replace(day=1),
    "year": lambda d: d.replace(month=1, day=1),
}


def main(folder, calendar_path):
    question = json.load(open(f"{folder}/question.json"))
    calendar = Calendar(calendar_path)
    trades, corrections, payments = read_events(f"{folder}/events.jsonl")
    closes = collections.defaultdict(list)
    for exchange, symbol, day, price in question["closes"]:
        closes[(exchange, symbol)].append((datetime.date.fromisoformat(day), units(price)))
    judge, done = Judge(), executions(trades, corrections)
    for user, asked in question["users"].items():
        book = Book(user, done, payments, calendar, closes)
        for one in asked:
            start, end = (datetime.date.fromisoformat(one[name]) for name in ("from", "to"))
            answer, what = one["answer"], f"{user} {one['kind']} {start} to {end}"
            judge.plain(f"{what} capitalBasis", answer["capitalBasis"], "payments" if book.flows else "assumed")
            if one["kind"] == "report":
                judge.report(what, answer, book, start, end, question["riskFree"])
                judge.breakdown(what, answer, book, start, end)
            elif one["kind"] == "equity":
                judge.equity(what, answer, book, start, end)
            else:
                days = book.curve.day[(book.curve.day >= start) & (book.curve.day <= end)]
                periods = days.groupby(days.map(PERIODS[one["kind"]]))
                judge.plain(f"{what} periods", [i["period"] for i in answer["items"]], [p.isoformat() for p in periods.groups])
                for item, (period, inside) in zip(answer["items"], periods):
                    judge.report(f"{what} {period}", item, book, min(inside), max(inside), question["riskFree"])
    print(f"{judge.different} of {judge.compared} differ")


main(sys.argv[1], sys.argv[2])
