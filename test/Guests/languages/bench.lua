-- Traces, FFI, coroutines, strings, errors.
local function sieve(n)
  local a, c = {}, 0
  for i = 2, n do
    if not a[i] then
      c = c + 1
      for j = i + i, n, i do a[j] = true end
    end
  end
  return c
end
print(sieve(500000))
local ffi = require("ffi")
ffi.cdef [[ int abs(int); typedef struct { double x, y; } point; size_t strlen(const char *); 
int qsort(void *, size_t, size_t, int (*)(const int *, const int *)); ]]
local p = ffi.new("point[?]", 1000)
for k = 1, 100 do
  for i = 0, 999 do p[i].x = p[i].x + i * 0.5; p[i].y = p[i].x / (k + 1) end
end
print(p[999].x, string.format("%.10f", p[500].y))
local s = 0
for i = 1, 1000000 do s = s + ffi.C.abs(-(i % 10)) end
print(s, tonumber(ffi.C.strlen("hello")))
local a = ffi.new("int[10]", { 5, 3, 9, 1, 7, 2, 8, 0, 6, 4 })
ffi.C.qsort(a, 10, 4, function(x, y) return x[0] - y[0] end)
local t = {}
for i = 0, 9 do t[#t + 1] = a[i] end
print(table.concat(t, " "))
local co = coroutine.wrap(function() for i = 1, 100000 do coroutine.yield(i) end end)
local sum = 0
for i = 1, 100000 do sum = sum + co() end
print(sum)
local errors = 0
for i = 1, 10000 do
  local ok = pcall(function() if i % 3 == 0 then error("x") end local z = nil; if i % 7 == 0 then return z.f end end)
  if not ok then errors = errors + 1 end
end
print(errors)
local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
print(deep(10000), pcall(function() local function f() return 1 + f() end return f() end))
local words = {}
for w in (("the quick brown fox "):rep(5000)):gmatch("%a+") do words[w] = (words[w] or 0) + 1 end
print(words.the, words.fox, bit.bxor(0x1234, 0xff), bit.tohex(bit.rol(0x12345678, 8)))
