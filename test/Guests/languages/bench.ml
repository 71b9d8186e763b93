(* Allocation, exceptions, closures, floats, deep recursion, signals. *)
type tree = Leaf | Node of tree * int * tree

let rec insert x = function
  | Leaf -> Node (Leaf, x, Leaf)
  | Node (l, y, r) as t ->
      if x < y then Node (insert x l, y, r) else if x > y then Node (l, y, insert x r) else t

let rec size = function Leaf -> 0 | Node (l, _, r) -> size l + 1 + size r
exception Found of int

let () =
  let t = ref Leaf in
  for i = 1 to 100000 do
    t := insert (i * 7919 mod 100003) !t
  done;
  Printf.printf "%d\n" (size !t);
  let caught = ref 0 in
  for i = 1 to 1000000 do
    try if i land 3 = 0 then raise (Found i) with Found n -> caught := (!caught + n) land 0xffffff
  done;
  Printf.printf "%d\n" !caught;
  let s = ref 0.0 in
  for i = 1 to 2000000 do
    s := !s +. (1.0 /. float_of_int (i * i))
  done;
  Printf.printf "%.15f\n" !s;
  let rec forever n = 1 + forever (n + 1) in
  (try print_int (forever 0) with Stack_overflow -> print_endline "Stack_overflow");
  (try print_int (1 / (Sys.opaque_identity 0)) with Division_by_zero -> print_endline "Division_by_zero");
  (try print_int [| 1; 2 |].(Sys.opaque_identity 5) with Invalid_argument m -> print_endline m);
  let h = Hashtbl.create 16 in
  for i = 0 to 100000 do
    Hashtbl.replace h (string_of_int (i mod 1000)) i
  done;
  Printf.printf "%d %d\n" (Hashtbl.length h) (Hashtbl.find h "77");
  Sys.set_signal Sys.sigusr1 (Sys.Signal_handle (fun _ -> print_endline "SIGUSR1"));
  let l = List.init 200000 (fun i -> i * i mod 1009) in
  Printf.printf "%d\n" (List.fold_left ( + ) 0 (List.sort compare l))
