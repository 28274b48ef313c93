// swift-format-ignore-file
// Made by scripts/generate-contracts.py from schemas/events. Do not edit.
extension TopicField {
    static let table = #"""
        orders.placed	orderId	text, 1–128	required	The broker's or client's number of the order.
        orders.placed	userId	text, 1–128	required	The user whom it concerns.
        orders.placed	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        orders.placed	exchange	text as NSE	required	The exchange, as NSE, BSE, NFO, MCX.
        orders.placed	side	BUY, SELL	required	Whether it buys or sells.
        orders.placed	quantity	decimal > 0	required	Units ordered.
        orders.placed	orderType	MARKET, LIMIT, SL, SL-M	required	MARKET, LIMIT, SL (stop-loss with a limit), SL-M (stop-loss at market).
        orders.placed	price	decimal ≥ 0	optional	The limit, in currency a unit; none of a market order.
        orders.placed	triggerPrice	decimal ≥ 0	optional	Price at which a stop-loss order becomes active, in currency a unit.
        orders.placed	product	CNC, MIS, NRML, MTF	optional	CNC (delivery), MIS (within the day), NRML (carried forward), MTF (financed).
        orders.placed	validity	DAY, IOC, TTL	optional	DAY, IOC (at once or not at all), TTL (some minutes).
        orders.placed	account	text, 1–128	optional	Which of the user's accounts; books of different accounts do not mix.
        orders.placed	category	text, 1–128	optional	The user's name for the kind of trading, as intraday; statistics can be had by it.
        orders.placed	strategy	text, 1–128	optional	The user's name for why it was done; statistics can be had by it.
        orders.placed	tags	list of text, at most 32 of 1–64	optional	The user's labels.
        orders.placed	requestId	text, 1–128	optional	The request that led to it, for tracing.
        orders.updated	orderId	text, 1–128	required	The broker's or client's number of the order.
        orders.updated	userId	text, 1–128	required	The user whom it concerns.
        orders.updated	status	PENDING, TRIGGER_PENDING, OPEN, PARTIALLY_FILLED, EXECUTED, CANCELLED, REJECTED, FAILED, EXPIRED, FILLED, COMPLETE	required	Where the order stands; a view takes the highest rank of all that it was told.
        orders.updated	filledQuantity	decimal ≥ 0	optional	Units filled so far; executions count instead once there are any.
        orders.updated	averagePrice	decimal ≥ 0	optional	Average price of what was filled, in currency a unit; executions count instead once there are any.
        orders.updated	price	decimal ≥ 0	optional	The limit, where it was changed, in currency a unit.
        orders.updated	quantity	decimal > 0	optional	Units ordered, where they were changed.
        orders.updated	triggerPrice	decimal ≥ 0	optional	Price at which a stop-loss order becomes active, in currency a unit.
        orders.updated	reason	text, up to 1024	optional	Why, of a rejection, failure or expiry.
        orders.cancelled	orderId	text, 1–128	required	The broker's or client's number of the order.
        orders.cancelled	userId	text, 1–128	required	The user whom it concerns.
        orders.cancelled	reason	text, up to 1024	optional	Why, as the user or the broker said.
        trades.executed	tradeId	text, 1–128	required	The execution; from importers broker:exchange:segment:tradeDate:exchangeTradeId.
        trades.executed	userId	text, 1–128	required	The user whom it concerns.
        trades.executed	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        trades.executed	exchange	text as NSE	required	The exchange, as NSE, BSE, NFO, MCX.
        trades.executed	side	BUY, SELL	required	Whether it buys or sells.
        trades.executed	quantity	decimal > 0	required	Units executed.
        trades.executed	price	decimal ≥ 0	required	Price of the execution, in currency a unit.
        trades.executed	executedAt	RFC 3339 time	optional	When the exchange matched it; lots match in this order. The event's time when absent.
        trades.executed	fees	decimal	optional	Brokerage, taxes and levies together, in currency; negative for a rebate.
        trades.executed	orderId	text, 1–128	optional	The broker's or client's number of the order.
        trades.executed	account	text, 1–128	optional	Which of the user's accounts; books of different accounts do not mix.
        trades.executed	isin	ISIN	optional	The ISIN. Of a share it names the instrument: positions go on under it when the symbol changes. Not so that of a contract: exchange or segment FO, NFO, MCX or the like.
        trades.executed	product	CNC, MIS, NRML, MTF	optional	CNC (delivery), MIS (within the day), NRML (carried forward), MTF (financed).
        trades.executed	multiplier	decimal > 0	optional	What one of the quantity stands for, as 50 for a contract of 50: P&L is scaled by it.
        trades.executed	segment	text, 1–128	optional	The market segment, as EQ, FO, COM.
        trades.executed	category	text, 1–128	optional	The user's name for the kind of trading, as intraday; statistics can be had by it.
        trades.executed	strategy	text, 1–128	optional	The user's name for why it was done; statistics can be had by it.
        trades.executed	tags	list of text, at most 32 of 1–64	optional	The user's labels.
        trades.executed	notes	text, up to 4096	optional	The user's remarks.
        trades.executed	broker	text, 1–128	optional	The broker, as zerodha.
        trades.corrected	tradeId	text, 1–128	required	The execution that was wrong.
        trades.corrected	userId	text, 1–128	required	The user whom it concerns.
        trades.corrected	action	amend, void	required	amend sets the fields given; void takes the execution out, as if it had never been.
        trades.corrected	symbol	symbol	optional	The instrument, alone or with its exchange (NSE:RELIANCE).
        trades.corrected	exchange	text as NSE	optional	The exchange, as NSE, BSE, NFO, MCX.
        trades.corrected	side	BUY, SELL	optional	Whether it buys or sells.
        trades.corrected	quantity	decimal > 0	optional	Units executed, as it should have been.
        trades.corrected	price	decimal ≥ 0	optional	Price as it should have been, in currency a unit.
        trades.corrected	executedAt	RFC 3339 time	optional	When the exchange matched it, as it should have been; lots match in this order.
        trades.corrected	fees	decimal	optional	Brokerage, taxes and levies together, in currency; negative for a rebate.
        trades.corrected	orderId	text, 1–128	optional	The broker's or client's number of the order.
        trades.corrected	account	text, 1–128	optional	Which of the user's accounts; books of different accounts do not mix.
        trades.corrected	isin	ISIN	optional	The ISIN. Of a share it names the instrument: positions go on under it when the symbol changes. Not so that of a contract: exchange or segment FO, NFO, MCX or the like.
        trades.corrected	product	CNC, MIS, NRML, MTF	optional	CNC (delivery), MIS (within the day), NRML (carried forward), MTF (financed).
        trades.corrected	multiplier	decimal > 0	optional	What one of the quantity stands for, as 50 for a contract of 50: P&L is scaled by it.
        trades.corrected	segment	text, 1–128	optional	The market segment, as EQ, FO, COM.
        trades.corrected	category	text, 1–128	optional	The user's name for the kind of trading, as it should have been.
        trades.corrected	strategy	text, 1–128	optional	The user's name for why it was done; statistics can be had by it.
        trades.corrected	tags	list of text, at most 32 of 1–64	optional	The user's labels.
        trades.corrected	notes	text, up to 4096	optional	The user's remarks.
        trades.corrected	broker	text, 1–128	optional	The broker, as zerodha.
        market.updates	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        market.updates	exchange	text as NSE	required	The exchange, as NSE, BSE, NFO, MCX.
        market.updates	lastPrice	decimal ≥ 0, rounded to 8 decimals	required	Price of the last trade, in currency a unit.
        market.updates	lastQuantity	decimal ≥ 0, rounded to 8 decimals	optional	Quantity of the last trade, in units.
        market.updates	volume	decimal ≥ 0, rounded to 8 decimals	optional	Units traded on this day up to now; it never falls within a day.
        market.updates	dayOpen	decimal ≥ 0, rounded to 8 decimals	optional	First price of the day, in currency a unit.
        market.updates	dayHigh	decimal ≥ 0, rounded to 8 decimals	optional	Highest price of the day so far, in currency a unit.
        market.updates	dayLow	decimal ≥ 0, rounded to 8 decimals	optional	Lowest price of the day so far, in currency a unit.
        market.updates	previousClose	decimal ≥ 0, rounded to 8 decimals	optional	Closing price of the trading day before, in currency a unit.
        market.updates	bid	decimal ≥ 0, rounded to 8 decimals	optional	Best price that a buyer offers, in currency a unit; absent when nobody does.
        market.updates	ask	decimal ≥ 0, rounded to 8 decimals	optional	Best price that a seller asks, in currency a unit; absent when nobody does.
        market.updates	bidQuantity	decimal ≥ 0, rounded to 8 decimals	optional	Units wanted at the bid.
        market.updates	askQuantity	decimal ≥ 0, rounded to 8 decimals	optional	Units on offer at the ask.
        market.updates	openInterest	decimal ≥ 0, rounded to 8 decimals	optional	Contracts open, of a future or option.
        market.updates	depth	object	optional	The order book, as the feed has it.
        market.updates	source	text, 1–128	optional	The feed. Of a symbol's trading day, the feed of its first tick makes the candles.
        payments.received	paymentId	text, 1–128	required	The payment: one id, one outcome.
        payments.received	userId	text, 1–128	required	The user whom it concerns.
        payments.received	kind	deposit, withdrawal, charge, refund	required	deposit and refund bring money in, withdrawal and charge take it out.
        payments.received	amount	decimal > 0	required	How much, in the currency; the kind says the direction.
        payments.received	currency	ISO 4217, as INR	required	The currency of the amount.
        payments.received	status	completed, pending, failed, cancelled	required	How it ended.
        payments.received	provider	text, 1–128	optional	Who moved the money, as upi.
        payments.received	providerPaymentId	text, 1–128	optional	The provider's number of it.
        rules.changed	ruleId	text, 1–128	required	The rule: one id for all its changes.
        rules.changed	userId	text, 1–128	required	The user whom it concerns.
        rules.changed	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        rules.changed	active	true or false	required	Whether it watches; false takes it away.
        rules.changed	minPrice	decimal ≥ 0	optional	The lower end of the range; no lower end when absent.
        rules.changed	maxPrice	decimal ≥ 0	optional	The upper end of the range, not below minPrice (not expressible here; the decoder refuses it as fieldsDisagree); no upper end when absent.
        rules.changed	quantity	decimal > 0	optional	How much to put into the cart; 1 when absent.
        rules.rearmed	ruleId	text, 1–128	required	The rule: one id for all its changes.
        rules.rearmed	userId	text, 1–128	required	The user whom it concerns.
        rules.rearmed	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        rules.rearmed	active	true or false	required	Whether the rule watched when it was armed again.
        rules.rearmed	minPrice	decimal ≥ 0	optional	The lower end of the range; no lower end when absent.
        rules.rearmed	maxPrice	decimal ≥ 0	optional	The upper end of the range, not below minPrice (not expressible here; the decoder refuses it as fieldsDisagree); no upper end when absent.
        rules.rearmed	quantity	decimal > 0	optional	How much to put into the cart; 1 when absent.
        cart.changed	userId	text, 1–128	required	The user whom it concerns.
        cart.changed	symbol	symbol	optional	The instrument, alone or with its exchange; of clear and checkout none.
        cart.changed	action	add, remove, clear, checkout	required	add, remove, clear, or checkout, which places an order for each line.
        cart.changed	quantity	decimal > 0	optional	Units: how many more of an add, how many less of a remove.
        cart.changed	price	decimal ≥ 0	optional	The price at which it was added.
        cart.changed	auto	true or false	optional	A rule did it; false when absent.
        cart.changed	ruleId	text, 1–128	optional	The rule that did it.
        cart.changed	definedBy	text, 1–128	optional	Of a rule's add: the rules.changed event that was in force, its source, # and its id. Told by the reactor.
        cart.changed	rearmedBy	text, 1–128	optional	Of a rule's add: the latest rules.rearmed event that had armed the rule again by then, in the same form; absent when none had. Told by the reactor.
        alerts.changed	alertId	text, 1–128	required	The alert: one id for all its changes.
        alerts.changed	userId	text, 1–128	required	The user whom it concerns.
        alerts.changed	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        alerts.changed	condition	above, below, crosses_above, crosses_below, percent_change, in_range	required	When it fires: the price is at or above, or at or below, the threshold, crosses it upwards or downwards, has changed by so many percent against the previous close, or lies in a range.
        alerts.changed	active	true or false	required	Whether it watches; false takes it away.
        alerts.changed	threshold	decimal	optional	A price; for percent_change percent against the previous close, negative for a fall; for in_range the lower end. Required of an active alert.
        alerts.changed	upper	decimal ≥ 0	optional	The upper end of in_range, not below threshold (not expressible here; the decoder refuses it as fieldsDisagree). Required of an active in_range alert.
        alerts.changed	cooldownSeconds	whole seconds, at most 366 days	optional	Silence after it fired, by event time; 0 when absent.
        alerts.changed	once	true or false	optional	It fires once and then never until it is changed; false when absent.
        alerts.changed	channels	list of in_app, email, sms, push, webhook	optional	Where the user is told.
        alerts.triggered	alertId	text, 1–128	required	The alert: one id for all its changes.
        alerts.triggered	userId	text, 1–128	required	The user whom it concerns.
        alerts.triggered	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        alerts.triggered	price	decimal ≥ 0	required	The price that fired it.
        alerts.triggered	condition	above, below, crosses_above, crosses_below, percent_change, in_range	required	When it fires: the price is at or above, or at or below, the threshold, crosses it upwards or downwards, has changed by so many percent against the previous close, or lies in a range.
        alerts.triggered	definedBy	text, 1–128	optional	The alerts.changed event that was in force when it fired: its source, # and its id. Told by the reactor; a once alert is done while this is its latest definition.
        notifications.send	notificationId	text, 1–128	required	The notification; an id sent again says the same again.
        notifications.send	userId	text, 1–128	required	The user whom it concerns.
        notifications.send	channel	in_app, email, sms, push, webhook	required	How it is to reach the user.
        notifications.send	category	text, 1–128	required	What kind of news it is, as order_fill; preferences go by it.
        notifications.send	title	text, 1–128	required	One line.
        notifications.send	body	text, up to 4096	required	The text.
        notifications.send	priority	low, medium, high, urgent	optional	How urgent it is; quiet hours hold back what is not urgent.
        notifications.send	data	object	optional	For programs; kept as it came.
        notifications.send	actionUrl	text, 1–512	optional	Where a tap leads.
        notifications.send	scheduledFor	RFC 3339 time	optional	Not to be delivered before; at once when absent.
        notifications.send	expiresAt	RFC 3339 time	optional	Not to be delivered after; never too late when absent.
        notifications.updated	notificationId	text, 1–128	required	The notification; an id sent again says the same again.
        notifications.updated	userId	text, 1–128	required	The user whom it concerns.
        notifications.updated	status	delivered, failed, read, deleted	required	What became of it.
        notifications.updated	reason	text, up to 1024	optional	Why it failed.
        watchlists.changed	listId	text, 1–128	required	The list: one id for all its states.
        watchlists.changed	userId	text, 1–128	required	The user whom it concerns.
        watchlists.changed	name	text, 1–128	required	The name that the user gave it.
        watchlists.changed	symbols	list of symbols, at most 500	required	All instruments of the list, in its order.
        instruments.updated	symbol	symbol	required	The instrument, alone or with its exchange (NSE:RELIANCE).
        instruments.updated	exchange	text as NSE	required	The exchange, as NSE, BSE, NFO, MCX.
        instruments.updated	type	EQ, FUT, CE, PE, INDEX, OTHER	required	What it is, whatever its exchange calls it: EQ a share or a fund that trades as one, FUT a future, CE a call, PE a put, INDEX, OTHER.
        instruments.updated	token	text, 1–128	optional	The broker's number for it, as text.
        instruments.updated	name	text, 1–128	optional	The name that people know it by.
        instruments.updated	isin	ISIN	optional	The ISIN. Of a share it names the instrument: positions go on under it when the symbol changes.
        instruments.updated	strike	decimal ≥ 0	optional	The strike price of an option, in currency.
        instruments.updated	expiry	day as 2026-01-27	optional	The last trading day.
        instruments.updated	lotSize	decimal > 0	optional	The least quantity of an order and what each is a multiple of, in units.
        instruments.updated	tickSize	decimal ≥ 0	optional	The least step of the price, in currency.
        instruments.updated	sector	text, 1–128	optional	The sector, as the exchange or a data vendor has it.
        instruments.updated	exchangeType	text, 1–128	optional	The exchange's own word for the type, where that is another, as FUTSTK.
        preferences.changed	userId	text, 1–128	required	Whose preference it is; the record's key.
        preferences.changed	category	text, 1–128	required	The category of notifications, as trade_alert, or * for all that have no preference of their own.
        preferences.changed	channels	list of in_app, email, sms, push, webhook	required	The channels that may be used; empty: none but the inbox.
        preferences.changed	quietFrom	local time as 21:30	optional	Quiet hours begin, local time of day as HH:MM; null without quiet hours.
        preferences.changed	quietTo	local time as 21:30	optional	Quiet hours end, local time of day as HH:MM; the same as quietFrom: the whole day, and what it holds back fails.
        preferences.changed	timeZone	IANA zone, or offset as +05:30	optional	The time zone of the quiet hours: an IANA name or an offset from UTC.
        preferences.changed	email	mail address	optional	Where mail goes; null where the user has none.
        preferences.changed	webhookUrl	http or https URL, up to 512	optional	Where webhooks go; null where the user has none.
        """#
}
