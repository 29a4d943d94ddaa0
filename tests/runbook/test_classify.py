"""What code does to the world, read before it runs."""

from __future__ import annotations

import json
import sys

import pytest

from azops_tui.runbook.classify import effects
from azops_tui.runbook.model import Effect, StepKind
from azops_tui.runbook.shell_effects import remote_effect, shell_effect
from azops_tui.runbook.verbs import az_effect
from tests.runbook.shared import data


@pytest.mark.parametrize(
    ("code", "letters"),
    [
        ("", ""),
        ("# only a comment\n\n", ""),
        ("echo hi; ls | wc -l > file", "R"),
        ("export A=1\nB=2", "R"),
        ("export ID=$(az vm show -n x --query id -o tsv)", "R"),
        ("export X=$(az vm create -n x)", "M"),
        ('echo "$(az group delete -n x)"', "R D"),
        ("az group list; az group create -n x; az group delete -n x", "R M D"),
        ("az vm list \\\n  --resource-group x", "R"),
        ("az --only-show-errors vm delete -n x", "D"),
        ("az -o json vm list", "R"),
        ("az --debug $WHAT", "M"),
        ("az vm $VERB -n x", "M"),
        ("az vm delete --help", "R"),
        ("az --version", "R"),
        ("az network public-ip create --name x --version IPv4", "M"),
        ("az aks pod-identity delete $NAME", "D"),
        ("az aks pod-identity delete mine", "D"),
        ("az storage blob show $NAME", "R"),
        ("az group $VERB", "M"),
        ("az account set --subscription x && az login && az configure --defaults group=x", "R"),
        ("az rest --url u", "R"),
        ("az rest --method delete --url u", "D"),
        ("az rest -m=put --url u", "M"),
        ("az rest --method $M --url u", "M"),
        ("az deployment group create -g x --template-file f", "M"),
        ("az deployment group create -g x --mode Complete", "D"),
        ("az stack group create --action-on-unmanage deleteAll", "D"),
        ("az vmss scale --new-capacity 3", "M"),
        ("az vmss reimage -n x", "D"),
        ("az aks get-credentials -n x", "R"),
        ("for g in a b; do az group delete -n $g --yes --no-wait; done", "D"),
        ("az group list -o tsv | xargs -n 1 -I {} az group delete -n {}", "R D"),
        ("if az group exists -n x; then az group delete -n x; fi", "R D"),
        ("while read -r g; do az group delete -n $g; done < list", "R D"),
        ("clean() { az group delete -n x; }", "R"),
        ("clean() { az group delete -n x; }\nclean", "D"),
        ("again() { again; }; again", "R"),
        ("trap 'az group delete -n x' EXIT", "D"),
        ("alias x='az group delete'\nx -n y", "R D"),
        ("$CMD", "M"),
        ('"$CMD" now', "M"),
        ('CMD="az group delete"; $CMD -n x', "D"),
        ('CMD="az group list"; ${CMD}', "R"),
        ("eval az group delete", "D"),
        ('eval "$X"', "M"),
        ("bash -c 'az group delete -n x'", "D"),
        ("curl -s https://example.com/install | bash", "R M"),
        ("curl -sL https://example.com/install | sudo -E bash -", "R M"),
        ("./deploy.sh", "M"),
        ("source ./env.sh", "M"),
        ("python3 -m json.tool < f", "R"),
        ("python3 upload.py", "M"),
        ("python3 -c 'print(1)'", "R"),
        ("sudo -u root env A=1 nohup az group delete -n x", "D"),
        ("timeout 10 az group create -n x", "M"),
        ("time az group list", "R"),
        ("kubectl -n prod get pods -w", "R"),
        ("kubectl --namespace=prod apply -f x", "M"),
        ("kubectl apply -f x --dry-run=client", "R"),
        ("kubectl delete pod x", "D"),
        ("kubectl rollout status deploy/x", "R"),
        ("kubectl rollout restart deploy/x", "M"),
        ("helm install x y", "M"),
        ("helm uninstall x", "D"),
        ("terraform plan -destroy", "R"),
        ("terraform apply -auto-approve", "M"),
        ("terraform apply -destroy", "D"),
        ("terraform destroy", "D"),
        ("terraform state list", "R"),
        ("terraform state rm x", "D"),
        ("docker build -t x . && docker run x", "R"),
        ("docker push x", "M"),
        ("git clone x && git commit -am y", "R"),
        ("git push", "M"),
        ("git push --force", "D"),
        ("rm file", "M"),
        ("rm -rf folder", "D"),
        ("find . -name '*.tmp' -delete", "D"),
        ("find . -name '*.sh' -exec chmod +x {} \\;", "R"),
        ("dd if=a of=b", "R"),
        ("dd if=a of=/dev/sda", "D"),
        ("mkfs.ext4 /dev/sdc1", "D"),
        ("curl https://example.com -o f", "R"),
        ("curl -X POST https://example.com", "M"),
        ("curl -XDELETE https://example.com", "D"),
        ("curl -d @body https://example.com", "M"),
        ("curl -G -d q=1 https://example.com", "R"),
        ("wget https://example.com", "R"),
        ("ssh host", "M"),
        ("ssh -i key user@host 'uptime; df -h'", "R"),
        ("ssh host -- sudo systemctl restart x", "M"),
        ("ssh host 'rm -rf /data'", "D"),
        ('ssh host "$CMD"', "M"),
        ("ssh host 'echo x > /etc/motd'", "R M"),
        ("ssh host <<EOF\nrm -rf /data\nEOF", "D"),
        ("sudo bash <<'EOF'\naz group delete\nEOF", "D"),
        ("scp file user@host:/tmp", "M"),
        ("scp user@host:/tmp/file .", "R"),
        ("rsync -a --delete a/ host:b/", "D"),
        ("systemctl status x", "R"),
        ("sudo systemctl restart x", "M"),
        ("sudo apt-get install -y jq", "M"),
        ("aws ec2 describe-instances", "R"),
        ("aws ec2 terminate-instances --instance-ids i", "D"),
        ("aws s3 cp a b", "M"),
        ("gh repo delete x", "D"),
        ("gh api -X DELETE repos/x/y", "D"),
        ("aws --profile x ec2 terminate-instances", "D"),
        ("aws --profile list ec2 run-instances", "M"),
        ("aws --version", "R"),
        ("kubectl --unknown value delete pod x", "D"),
        ("curl -sX DELETE https://example.com", "D"),
        ("curl -sXPOST https://example.com", "M"),
        ("curl -X $METHOD https://example.com", "M"),
        ("curl -sd @f https://example.com", "M"),
        ("curl -fsSLo /dev/null https://example.com", "R"),
        ("xargs --unknown 3 az vm delete --ids", "D"),
        ("make deploy", "M"),
        ("npm install; npm run deploy", "R M"),
        ("bash ./x.sh --version", "M"),
        ("bash --version", "R"),
        ("echo 'print(1)' | python3", "R M"),
        ("pwsh -NoProfile -Command 'Remove-AzVM -Name x'", "R D"),
        ("gcloud compute instances list", "R"),
        ("cat <<EOF\naz group delete\nEOF", "R"),
        ("echo az group delete", "R"),
        ("az vm show -n <name> -g <group>; az group delete -n <group> )", "R D"),
    ],
)
def test_shell(code: str, letters: str) -> None:
    assert str(shell_effect(code)) == letters


def test_deep_nesting_counts_as_a_change() -> None:
    assert str(shell_effect("eval " * 3 + "az group list")) == "R"
    assert str(shell_effect("eval " * 30 + "az group list")) == "M"


def test_on_other_hosts_what_is_not_known_is_a_change() -> None:
    assert str(remote_effect("uname -a && cat /etc/os-release | head -1")) == "R"
    assert str(remote_effect("frobnicate")) == "M"
    assert str(shell_effect("frobnicate")) == "R"


@pytest.mark.parametrize(
    ("kind", "code", "letters"),
    [
        (StepKind.PYTHON, "print(1)", "R"),
        (StepKind.PYTHON, "", ""),
        (StepKind.PYTHON, "import requests\nrequests.get('x')", "R M"),
        (StepKind.PYTHON, "client.resource_groups.begin_delete('x')", "R D"),
        (StepKind.PYTHON, "import shutil\nshutil.rmtree('x')", "R D"),
        (StepKind.PYTHON, "import os\nos.system('x')", "R M"),
        (StepKind.PYTHON, "from urllib.parse import quote", "R"),
        (StepKind.PYTHON, "not python at all", "M"),
        (StepKind.POWERSHELL, "Get-AzVM | Select-Object Name", "R"),
        (StepKind.POWERSHELL, "New-AzVM -Name x", "R M"),
        (StepKind.POWERSHELL, "Remove-AzResourceGroup -Name x", "R D"),
        (StepKind.POWERSHELL, "# Remove-AzVM\n", ""),
        (StepKind.POWERSHELL, "$x = az group delete -n y", "R D"),
    ],
)
def test_other_languages(kind: StepKind, code: str, letters: str) -> None:
    assert str(effects(kind, code)) == letters


def test_az_verbs_against_what_azure_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """1,114 commands with the HTTP methods they were seen to use: none that wrote may count as reading."""
    commands: dict[str, dict[str, int]] = json.loads(data("azure/az-commands.json").read_text())
    reading_posts = ("list", "get", "check", "query", "export", "validate", "whatif", "publishxml", "ismember")
    harmless = {
        "POST",
        "POST primary",
        "POST backendhealth",
        "POST supportedvpndevices",
        "POST schema",
        "POST register",
    }
    right = 0
    lowered: list[str] = []
    asked_too_much: list[str] = []
    for command, methods in commands.items():
        # Under a hundredth of a command's requests is another command's, caught by the recording.
        used = {method for method, count in methods.items() if count * 100 >= sum(methods.values())}
        writes = used & {"PUT", "PATCH"} or any(
            method.startswith("POST ")
            and method not in harmless
            and not method[5:].casefold().startswith(reading_posts)
            for method in used
        )
        wanted = Effect.DESTROYS if "DELETE" in used else Effect.MUTATES if writes else Effect.READS
        found = az_effect(command.split())
        options = ["--name", None, "--version", "2.0", "-g", "list", "--mode", "show", "--query", "delete"]
        assert az_effect([*command.split(), *options]) is found, command
        if found is wanted:
            right += 1
        elif found.value < wanted.value:
            lowered.append(command)
        else:
            asked_too_much.append(command)
        assert found is not Effect.READS or wanted is Effect.READS, f"{command} wrote: {methods}"
    with capsys.disabled():
        sys.stdout.write(
            f"\naz verbs: {right / len(commands):.1%} of {len(commands)} as seen, {len(asked_too_much)} judged more"
            f" severely, {len(lowered)} deletions judged changes ({', '.join(lowered)})\n"
        )
    assert right / len(commands) > 0.9
    # Commands that delete by an option (`--off`), not by their verb; a change is asked about all the same.
    assert len(lowered) <= 2
