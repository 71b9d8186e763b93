int square(int x) { return x * x; }
System.out.println(square(12));
var list = new ArrayList<Integer>();
for (int i = 0; i < 5; i++) list.add(square(i));
System.out.println(list);
record P(int a, String b) {}
System.out.println(new P(1, "x"));
System.out.println(list.stream().mapToInt(x -> x).sum());
/exit
