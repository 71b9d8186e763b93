%% Processes, messages, pattern matching, big numbers, errors, ets.
-module(bench).
-export([main/0, ring/2]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

ring(0, First) -> First ! token;
ring(N, First) ->
    P = spawn(?MODULE, ring, [N - 1, First]),
    receive token -> P ! token after 0 -> ok end.

ping(0, _) -> ok;
ping(N, P) -> P ! {self(), N}, receive N -> ping(N - 1, P) end.

pong() -> receive {From, N} -> From ! N, pong(); stop -> ok end.

main() ->
    io:format("~p~n", [fib(25)]),
    spawn(?MODULE, ring, [10000, self()]),
    receive token -> io:format("ring~n") end,
    P = spawn(fun pong/0),
    ping(100000, P),
    P ! stop,
    Self = self(),
    [spawn(fun() -> Self ! {I, lists:sum(lists:seq(1, I))} end) || I <- lists:seq(1, 5000)],
    io:format("~p~n", [lists:sum([receive {I, S} -> S end || I <- lists:seq(1, 5000)])]),
    T = ets:new(t, [set, public]),
    [ets:insert(T, {I rem 1000, I}) || I <- lists:seq(1, 100000)],
    io:format("~p ~p~n", [ets:info(T, size), ets:lookup(T, 77)]),
    io:format("~p~n", [catch 1 / (length([]))]) ,
    io:format("~p~n", [try element(5, {a}) catch error:E -> E end]),
    F = lists:foldl(fun(I, A) -> A * I end, 1, lists:seq(1, 500)),
    io:format("~p~n", [F rem 1000000007]),
    B = list_to_binary(lists:duplicate(10000, <<"abc,def;">>)),
    io:format("~p ~p~n", [length(binary:split(B, <<",">>, [global])), erlang:md5(B)]),
    io:format("~.10f~n", [lists:sum([math:sqrt(X) || X <- lists:seq(1, 10000)])]).
