// swift-format-ignore-file
// Made from schemas/openapi.yaml by scripts/generate-openapi.sh. Do not edit.
extension OpenAPIDocument {
    static let json = #"""
        {
         "openapi":"3.1.0",
         "info":{
          "title":"Tapefold read API",
          "version":"1.0",
          "license":{
           "name":"Apache-2.0",
           "identifier":"Apache-2.0"
          },
          "description":"Views folded from the event topics. Decimal numbers are JSON strings in their shortest exact form, times are RFC 3339 in UTC. Every answer from a view carries Tapefold-Position: how far the views it was read from had folded each topic. One answer is one snapshot."
         },
         "servers":[{"url":"/"}],
         "security":[{"bearer":[]}],
         "tags":[{"name":"portfolio","description":"A user's own rows; role admin may pass userId"},{"name":"market","description":"The same for every user"},{"name":"streams","description":"What happens, as it happens"},{"name":"account","description":"Signing in, and getting into streams"},{"name":"operations","description":"For operators and tools; no token needed"}],
         "paths":{
          "/v1/positions":{
           "get":{"operationId":"listPositions","tags":["portfolio"],"summary":"Positions with open lots and last price, by account and instrument","parameters":[{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/account"},{"$ref":"#/components/parameters/exchange"},{"$ref":"#/components/parameters/symbolFilter"},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of positions","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/PositionPage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/positions/{symbol}":{
           "get":{"operationId":"getPosition","tags":["portfolio"],"summary":"The position in one symbol; 409 with the choices where several accounts or instruments hold it","parameters":[{"$ref":"#/components/parameters/symbol"},{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/account"},{"name":"instrument","in":"query","description":"The position's instrument, to choose between several of one symbol","schema":{"$ref":"#/components/schemas/Text"}},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"The position","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Position"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/trades":{
           "get":{"operationId":"listTrades","tags":["portfolio"],"summary":"Executions, newest first","parameters":[{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/account"},{"$ref":"#/components/parameters/exchange"},{"$ref":"#/components/parameters/symbolFilter"},{"$ref":"#/components/parameters/side"},{"name":"orderId","in":"query","description":"Only executions of this order","schema":{"$ref":"#/components/schemas/Text"}},{"$ref":"#/components/parameters/category"},{"$ref":"#/components/parameters/strategy"},{"$ref":"#/components/parameters/from"},{"$ref":"#/components/parameters/to"},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of executions","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/TradePage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/trades/{id}":{
           "get":{"operationId":"getTrade","tags":["portfolio"],"summary":"One execution and the lots it closed","parameters":[{"name":"id","in":"path","required":true,"description":"The trade's id, percent-encoded","schema":{"$ref":"#/components/schemas/Text"}},{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"The execution","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/TradeWithClosures"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/closed-trades":{
           "get":{"operationId":"listClosedTrades","tags":["portfolio"],"summary":"Closed trades (the closures of one closing execution), newest first","parameters":[{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/account"},{"$ref":"#/components/parameters/exchange"},{"$ref":"#/components/parameters/symbolFilter"},{"name":"direction","in":"query","description":"Only trades that were long, or short","schema":{"$ref":"#/components/schemas/Direction"}},{"$ref":"#/components/parameters/category"},{"$ref":"#/components/parameters/strategy"},{"$ref":"#/components/parameters/from"},{"$ref":"#/components/parameters/to"},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of closed trades","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/ClosedTradePage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/orders":{
           "get":{"operationId":"listOrders","tags":["portfolio"],"summary":"Orders, newest first","parameters":[{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/account"},{"$ref":"#/components/parameters/exchange"},{"$ref":"#/components/parameters/symbolFilter"},{"$ref":"#/components/parameters/side"},{"name":"status","in":"query","description":"Only orders in this state","schema":{"$ref":"#/components/schemas/OrderStatus"}},{"$ref":"#/components/parameters/category"},{"$ref":"#/components/parameters/strategy"},{"$ref":"#/components/parameters/from"},{"$ref":"#/components/parameters/to"},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of orders","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/OrderPage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/orders/{id}":{
           "get":{"operationId":"getOrder","tags":["portfolio"],"summary":"One order","parameters":[{"name":"id","in":"path","required":true,"description":"The order's id, percent-encoded","schema":{"$ref":"#/components/schemas/Text"}},{"$ref":"#/components/parameters/userId"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"The order","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/quotes":{
           "get":{"operationId":"listQuotes","tags":["market"],"summary":"Last prices, by exchange and symbol; symbols never seen are left out","parameters":[{"name":"symbols","in":"query","description":"Only these symbols, with commas between them; a bare one means the default exchange","schema":{"type":"string","examples":["NSE:RELIANCE,NSE:TCS"]}},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of quotes","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/QuotePage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/quotes/{symbol}":{
           "get":{"operationId":"getQuote","tags":["market"],"summary":"The last price of one symbol","parameters":[{"$ref":"#/components/parameters/symbol"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"The quote","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Quote"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/candles/{symbol}":{
           "get":{"operationId":"listCandles","tags":["market"],"summary":"Candles of one symbol, oldest first, from the session's open","parameters":[{"$ref":"#/components/parameters/symbol"},{"name":"interval","in":"query","description":"The candles' length","schema":{"type":"string","enum":["1m","5m","15m","30m","1h","1d"],"default":"1m"}},{"$ref":"#/components/parameters/from"},{"$ref":"#/components/parameters/to"},{"$ref":"#/components/parameters/limit"},{"$ref":"#/components/parameters/cursor"},{"$ref":"#/components/parameters/after"},{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"A page of candles","headers":{"Tapefold-Position":{"$ref":"#/components/headers/Tapefold-Position"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/CandlePage"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/stream":{
           "get":{"operationId":"streamEvents","tags":["streams"],"summary":"Server-sent events of the channels named; the messages are those of /v1/ws","parameters":[{"$ref":"#/components/parameters/channels"},{"$ref":"#/components/parameters/resume"},{"$ref":"#/components/parameters/ticket"}],"responses":{"200":{"description":"A stream that ends when the client leaves, its token expires or the server stops","content":{"text/event-stream":{"schema":{"type":"string"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/ws":{
           "get":{"operationId":"openWebSocket","tags":["streams"],"summary":"A WebSocket; channels may be followed and left at any time","parameters":[{"$ref":"#/components/parameters/channels"},{"$ref":"#/components/parameters/resume"},{"$ref":"#/components/parameters/ticket"}],"responses":{"101":{"description":"The connection is a WebSocket from here on"},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/admin/views":{
           "get":{"operationId":"listViews","tags":["operations"],"summary":"Where every view stands, lane by lane; for role admin","parameters":[{"$ref":"#/components/parameters/fields"}],"responses":{"200":{"description":"The views with a live build","content":{"application/json":{"schema":{"$ref":"#/components/schemas/ViewStatusList"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/":{
           "get":{"operationId":"getDashboard","tags":["operations"],"summary":"The dashboard, a page for browsers","security":[],"responses":{"200":{"description":"The page","content":{"text/html":{"schema":{"type":"string"}}}}}}
          },
          "/assets/{name}":{
           "get":{"operationId":"getDashboardAsset","tags":["operations"],"summary":"What the dashboard is made of","security":[],"parameters":[{"name":"name","in":"path","required":true,"description":"A file's name","schema":{"$ref":"#/components/schemas/Text"}}],"responses":{"200":{"description":"The file"},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/v1/stream/ticket":{
           "post":{"operationId":"createStreamTicket","tags":["account"],"summary":"A one-use ticket for a stream","description":"For browsers, which cannot send a header when they open a stream: /v1/stream?ticket=… or /v1/ws?ticket=…. Good for one use within expiresInSeconds, at any copy of the API. The stream ends when the token ends that the ticket was made with.","responses":{"201":{"description":"The ticket","content":{"application/json":{"schema":{"$ref":"#/components/schemas/StreamTicket"}}}},"default":{"$ref":"#/components/responses/Problem"}}}
          },
          "/livez":{
           "get":{"operationId":"getLiveness","tags":["operations"],"summary":"The process answers; asks nothing of others","security":[],"responses":{"200":{"$ref":"#/components/responses/Status"}}}
          },
          "/readyz":{
           "get":{"operationId":"getReadiness","tags":["operations"],"summary":"The database can be asked; views and their lag do not count","security":[],"responses":{"200":{"$ref":"#/components/responses/Status"},"503":{"$ref":"#/components/responses/Status"}}}
          },
          "/healthz":{
           "get":{"operationId":"getHealth","tags":["operations"],"summary":"The same as /readyz","security":[],"responses":{"200":{"$ref":"#/components/responses/Status"},"503":{"$ref":"#/components/responses/Status"}}}
          },
          "/metrics":{
           "get":{"operationId":"getMetrics","tags":["operations"],"summary":"Counters in Prometheus' text format","security":[],"responses":{"200":{"description":"The metrics","content":{"text/plain":{"schema":{"type":"string"}}}}}}
          },
          "/openapi.json":{
           "get":{"operationId":"getOpenAPI","tags":["operations"],"summary":"This document","security":[],"responses":{"200":{"description":"OpenAPI 3.1","content":{"application/json":{"schema":{"type":"object"}}}}}}
          }
         },
         "components":{
          "securitySchemes":{
           "bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT","description":"HS256; sub is the user, roles an array of strings"}
          },
          "headers":{
           "Tapefold-Position":{"description":"The next offset of each partition that the views had folded, as topic/partition@offset,…","schema":{"type":"string","examples":["trades.corrected/0@17,trades.executed/0@1042"]}}
          },
          "parameters":{
           "userId":{"name":"userId","in":"query","description":"Whose rows; another user than the token's needs role admin","schema":{"$ref":"#/components/schemas/Text"}},
           "account":{"name":"account","in":"query","description":"Only this account","schema":{"$ref":"#/components/schemas/Text"}},
           "exchange":{"name":"exchange","in":"query","description":"Only this exchange","schema":{"$ref":"#/components/schemas/Text"}},
           "symbol":{"name":"symbol","in":"path","required":true,"description":"EXCHANGE:SYMBOL, percent-encoded; a bare symbol means the default exchange","schema":{"$ref":"#/components/schemas/SymbolName"}},
           "symbolFilter":{"name":"symbol","in":"query","description":"Only this symbol; a bare one means the filter exchange, or the default exchange","schema":{"$ref":"#/components/schemas/SymbolName"}},
           "side":{"name":"side","in":"query","description":"Only buys, or sells","schema":{"$ref":"#/components/schemas/Side"}},
           "category":{"name":"category","in":"query","description":"Only this category","schema":{"$ref":"#/components/schemas/Text"}},
           "strategy":{"name":"strategy","in":"query","description":"Only this strategy","schema":{"$ref":"#/components/schemas/Text"}},
           "from":{"name":"from","in":"query","description":"Only rows at or after this time","schema":{"type":"string","format":"date-time"}},
           "to":{"name":"to","in":"query","description":"Only rows before this time","schema":{"type":"string","format":"date-time"}},
           "limit":{"name":"limit","in":"query","description":"Rows a page","schema":{"type":"integer","minimum":1,"maximum":500,"default":100}},
           "cursor":{"name":"cursor","in":"query","description":"nextCursor of the page before, as it was","schema":{"type":"string","maxLength":2048}},
           "channels":{"name":"channels","in":"query","description":"What to follow, with commas between; market:NSE:RELIANCE, market:RELIANCE or user:me","schema":{"$ref":"#/components/schemas/StreamText"}},
           "resume":{"name":"resume","in":"query","description":"The id of the last message seen, to go on behind it; Last-Event-ID does the same","schema":{"$ref":"#/components/schemas/StreamText"}},
           "ticket":{"name":"ticket","in":"query","description":"A one-use ticket in place of the Authorization header, which browsers cannot set on a stream","schema":{"$ref":"#/components/schemas/Text"}},
           "after":{"name":"after","in":"query","description":"Wait (at most 5 s, then 504) until the views have folded everything before these positions. To read your own write, ask for the record's offset + 1.","schema":{"type":"string","examples":["trades.executed/0@1042"]}},
           "fields":{"name":"fields","in":"query","description":"Only these fields of the answer's objects (a list's items), with commas between them. The others are then absent, also where the schema requires them.","schema":{"type":"string","maxLength":2048}}
          },
          "responses":{
           "Problem":{"description":"What was wrong and what to do (RFC 9457)","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},
           "Status":{"description":"The state and, where it is not good, the reasons","content":{"application/json":{"schema":{"type":"object","required":["status"],"properties":{"status":{"type":"string"},"checks":{"type":"object"},"views":{"type":"object"}}}}}}
          },
          "schemas":{
           "Text":{"type":"string","minLength":1,"maxLength":512},
           "SymbolName":{"type":"string","minLength":1,"maxLength":512,"examples":["NSE:RELIANCE"]},
           "Side":{"type":"string","enum":["BUY","SELL"]},
           "Direction":{"type":"string","enum":["LONG","SHORT"]},
           "OrderStatus":{"type":"string","enum":["PENDING","TRIGGER_PENDING","OPEN","PARTIALLY_FILLED","EXECUTED","CANCELLED","REJECTED","FAILED","EXPIRED"]},
           "Decimal":{"type":"string","pattern":"^-?[0-9]+(\\.[0-9]{1,8})?$","description":"Exact, at most eight decimals, no trailing zeros","examples":["1041.55"]},
           "NullableDecimal":{"type":["string","null"],"pattern":"^-?[0-9]+(\\.[0-9]{1,8})?$"},
           "Time":{"type":"string","format":"date-time","examples":["2026-01-15T03:45:00.123456Z"]},
           "NullableTime":{"type":["string","null"],"format":"date-time"},
           "NullableText":{"type":["string","null"]},
           "NextCursor":{"type":["string","null"],"description":"Pass it as cursor for the next page; null on the last one"},
           "Tags":{"description":"As the event gave them","type":["array","object","string","null"]},
           "OpenLot":{"type":"object","required":["quantity","price","openedAt","tradeId"],"properties":{"quantity":{"$ref":"#/components/schemas/Decimal","description":"Negative where the lot is short"},"price":{"$ref":"#/components/schemas/Decimal"},"openedAt":{"$ref":"#/components/schemas/Time"},"tradeId":{"type":"string"}}},
           "Position":{"type":"object","required":["symbol","exchange","account","instrument","quantity","averagePrice","grossPnl","realizedPnl","unrealizedPnl","netPnl","lastPrice","fees","updatedAt","openLots"],"properties":{"symbol":{"type":"string"},"exchange":{"type":"string"},"account":{"type":"string"},"instrument":{"type":"string","description":"The ISIN for cash equity where given, else exchange:symbol"},"quantity":{"$ref":"#/components/schemas/Decimal","description":"Negative where the position is short"},"averagePrice":{"$ref":"#/components/schemas/NullableDecimal"},"grossPnl":{"$ref":"#/components/schemas/Decimal","description":"Of the closed quantity, before fees"},"realizedPnl":{"$ref":"#/components/schemas/Decimal","description":"grossPnl less the fees of the closed quantity"},"unrealizedPnl":{"$ref":"#/components/schemas/NullableDecimal","description":"Of the open lots at lastPrice; null without a price"},"netPnl":{"$ref":"#/components/schemas/Decimal","description":"realizedPnl less the fees on lots still open"},"lastPrice":{"$ref":"#/components/schemas/NullableDecimal"},"fees":{"$ref":"#/components/schemas/Decimal"},"updatedAt":{"$ref":"#/components/schemas/Time"},"openLots":{"type":"array","description":"First in, first out","items":{"$ref":"#/components/schemas/OpenLot"}}}},
           "PositionPage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Position"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "Trade":{"type":"object","required":["tradeId","executedAt","symbol","exchange","account","instrument","side","quantity","price","fees","multiplier","voided"],"properties":{"tradeId":{"type":"string"},"executedAt":{"$ref":"#/components/schemas/Time"},"symbol":{"type":"string"},"exchange":{"type":"string"},"account":{"type":"string"},"instrument":{"type":"string"},"side":{"$ref":"#/components/schemas/Side"},"quantity":{"$ref":"#/components/schemas/Decimal"},"price":{"$ref":"#/components/schemas/Decimal"},"fees":{"$ref":"#/components/schemas/Decimal"},"multiplier":{"$ref":"#/components/schemas/Decimal"},"orderId":{"$ref":"#/components/schemas/NullableText"},"isin":{"$ref":"#/components/schemas/NullableText"},"product":{"$ref":"#/components/schemas/NullableText"},"segment":{"$ref":"#/components/schemas/NullableText"},"category":{"$ref":"#/components/schemas/NullableText"},"strategy":{"$ref":"#/components/schemas/NullableText"},"tags":{"$ref":"#/components/schemas/Tags"},"notes":{"$ref":"#/components/schemas/NullableText"},"broker":{"$ref":"#/components/schemas/NullableText"},"voided":{"type":"boolean"},"closedQuantity":{"$ref":"#/components/schemas/NullableDecimal"},"grossPnl":{"$ref":"#/components/schemas/NullableDecimal"},"realizedPnl":{"$ref":"#/components/schemas/NullableDecimal"}}},
           "TradePage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Trade"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "TradeWithClosures":{"allOf":[{"$ref":"#/components/schemas/Trade"},{"type":"object","required":["closures"],"properties":{"closures":{"type":"array","items":{"$ref":"#/components/schemas/LotClosure"}}}}]},
           "LotClosure":{"type":"object","required":["entryTradeId","direction","quantity","entryPrice","exitPrice","entryAt","exitAt","grossPnl","fees","realizedPnl"],"properties":{"entryTradeId":{"type":"string"},"direction":{"$ref":"#/components/schemas/Direction"},"quantity":{"$ref":"#/components/schemas/Decimal"},"entryPrice":{"$ref":"#/components/schemas/Decimal"},"exitPrice":{"$ref":"#/components/schemas/Decimal"},"entryAt":{"$ref":"#/components/schemas/Time"},"exitAt":{"$ref":"#/components/schemas/Time"},"grossPnl":{"$ref":"#/components/schemas/Decimal"},"fees":{"$ref":"#/components/schemas/Decimal"},"realizedPnl":{"$ref":"#/components/schemas/Decimal"}}},
           "ClosedTrade":{"type":"object","required":["tradeId","closedAt","openedAt","symbol","exchange","account","instrument","direction","quantity","entryPrice","exitPrice","grossPnl","fees","realizedPnl"],"properties":{"tradeId":{"type":"string","description":"The closing execution"},"closedAt":{"$ref":"#/components/schemas/Time"},"openedAt":{"$ref":"#/components/schemas/Time"},"symbol":{"type":"string"},"exchange":{"type":"string"},"account":{"type":"string"},"instrument":{"type":"string"},"direction":{"$ref":"#/components/schemas/Direction"},"quantity":{"$ref":"#/components/schemas/Decimal"},"entryPrice":{"$ref":"#/components/schemas/Decimal"},"exitPrice":{"$ref":"#/components/schemas/Decimal"},"grossPnl":{"$ref":"#/components/schemas/Decimal"},"fees":{"$ref":"#/components/schemas/Decimal"},"realizedPnl":{"$ref":"#/components/schemas/Decimal"},"orderId":{"$ref":"#/components/schemas/NullableText"},"category":{"$ref":"#/components/schemas/NullableText"},"strategy":{"$ref":"#/components/schemas/NullableText"},"tags":{"$ref":"#/components/schemas/Tags"}}},
           "ClosedTradePage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/ClosedTrade"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "Order":{"type":"object","required":["orderId","status","updatedAt"],"properties":{"orderId":{"type":"string"},"placedAt":{"$ref":"#/components/schemas/NullableTime"},"symbol":{"$ref":"#/components/schemas/NullableText"},"exchange":{"$ref":"#/components/schemas/NullableText"},"account":{"$ref":"#/components/schemas/NullableText"},"side":{"$ref":"#/components/schemas/NullableText"},"orderType":{"$ref":"#/components/schemas/NullableText"},"product":{"$ref":"#/components/schemas/NullableText"},"validity":{"$ref":"#/components/schemas/NullableText"},"status":{"$ref":"#/components/schemas/OrderStatus"},"quantity":{"$ref":"#/components/schemas/NullableDecimal"},"price":{"$ref":"#/components/schemas/NullableDecimal"},"triggerPrice":{"$ref":"#/components/schemas/NullableDecimal"},"filledQuantity":{"$ref":"#/components/schemas/NullableDecimal"},"averagePrice":{"$ref":"#/components/schemas/NullableDecimal"},"reason":{"$ref":"#/components/schemas/NullableText"},"category":{"$ref":"#/components/schemas/NullableText"},"strategy":{"$ref":"#/components/schemas/NullableText"},"tags":{"$ref":"#/components/schemas/Tags"},"updatedAt":{"$ref":"#/components/schemas/Time"}}},
           "OrderPage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Order"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "Quote":{"type":"object","required":["symbol","exchange","lastPrice","updatedAt"],"properties":{"symbol":{"type":"string"},"exchange":{"type":"string"},"lastPrice":{"$ref":"#/components/schemas/Decimal"},"lastQuantity":{"$ref":"#/components/schemas/NullableDecimal"},"volume":{"$ref":"#/components/schemas/NullableDecimal"},"dayOpen":{"$ref":"#/components/schemas/NullableDecimal"},"dayHigh":{"$ref":"#/components/schemas/NullableDecimal"},"dayLow":{"$ref":"#/components/schemas/NullableDecimal"},"previousClose":{"$ref":"#/components/schemas/NullableDecimal"},"bid":{"$ref":"#/components/schemas/NullableDecimal"},"ask":{"$ref":"#/components/schemas/NullableDecimal"},"bidQuantity":{"$ref":"#/components/schemas/NullableDecimal"},"askQuantity":{"$ref":"#/components/schemas/NullableDecimal"},"openInterest":{"$ref":"#/components/schemas/NullableDecimal"},"updatedAt":{"$ref":"#/components/schemas/Time"}}},
           "QuotePage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Quote"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "Candle":{"type":"object","required":["time","open","high","low","close","volume","partial"],"properties":{"time":{"$ref":"#/components/schemas/Time","description":"The candle's start"},"open":{"$ref":"#/components/schemas/Decimal"},"high":{"$ref":"#/components/schemas/Decimal"},"low":{"$ref":"#/components/schemas/Decimal"},"close":{"$ref":"#/components/schemas/Decimal"},"volume":{"$ref":"#/components/schemas/Decimal"},"partial":{"type":"boolean","description":"The day's first tick came after the first candle, so that this volume is not all of it"}}},
           "CandlePage":{"type":"object","required":["items","nextCursor"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Candle"}},"nextCursor":{"$ref":"#/components/schemas/NextCursor"}}},
           "StreamText":{"type":"string","minLength":1,"maxLength":4096},
           "ViewStatusList":{"type":"object","required":["items"],"properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/ViewStatus"}}}},
           "ViewStatus":{"type":"object","required":["view","build","foldedRecords","lag","parkedEvents","parkedKeys","lanes"],"properties":{"view":{"type":"string"},"build":{"type":"string"},"foldedRecords":{"type":"integer","description":"The sum of the checkpoints; its growth is the rate"},"lag":{"type":["integer","null"],"description":"Records in the log behind the checkpoints; null where Kafka cannot be asked"},"parkedEvents":{"type":"integer"},"parkedKeys":{"type":"integer"},"rebuild":{"type":["object","null"],"description":"A rebuild in progress; build, records, total, running"},"lanes":{"type":"array","items":{"type":"object","description":"lane, owner, epoch, lag, parkedEvents, parkedKeys, paused"}}}},
           "StreamTicket":{"type":"object","required":["ticket","expiresInSeconds"],"properties":{"ticket":{"type":"string","description":"Opaque"},"expiresInSeconds":{"type":"integer","examples":[30]}}},
           "Problem":{"type":"object","required":["type","title","status","detail"],"properties":{"type":{"type":"string","examples":["urn:tapefold:problem:invalid-parameter"]},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"instance":{"type":"string"},"requestId":{"type":"string"},"field":{"type":"string"},"value":{"type":"string"},"reason":{"type":"string"}}}
          }
         }
        }
        """#
}
